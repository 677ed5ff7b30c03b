-- IDs: EV-09 EV-10 EV-12
local t = require("trace")
local events = require("events")
local a = events.EventEmitter()
local b = events()
local function f() end
a:on("x", f):once("x", f)
t("listeners", #events.getEventListeners(a, "x"), events.getEventListeners(a, "x")[2] == f,
    events.getEventListeners(b, "x"))
t("count", events.listenerCount(a, "x"), events.listenerCount(b, "x"), a:listenerCount("x", f),
    a:listenerCount("x", function() end))
t("max", events.defaultMaxListeners, events.getMaxListeners(a), a:getMaxListeners())
events.setMaxListeners(3, a, b)
t("of two", a:getMaxListeners(), b:getMaxListeners(), events.defaultMaxListeners)
events.setMaxListeners(20)
t("of all", events.EventEmitter():getMaxListeners(), a:getMaxListeners(), events.defaultMaxListeners)
process.on("warning", function(w) t("warning", w.name, w.count, w.type) end)
events.defaultMaxListeners = 1
local c = events.EventEmitter()
t("default", c:getMaxListeners())
c:on("y", f):on("y", f):on("y", f)
local d = events.EventEmitter():setMaxListeners(0)
d:on("y", f):on("y", f):on("y", f)
events.defaultMaxListeners = 10
for _, bad in ipairs({ "x", -1, 0 / 0, {} }) do t.throws("bad", function() events.setMaxListeners(bad) end) end
for _, bad in ipairs({ "x", -1, 0 / 0, {} }) do t.throws("bad", function() a:setMaxListeners(bad) end) end

local early = AbortController()
local late = AbortController()
events.addAbortListener(early.signal, function() t("aborted") end)
events.addAbortListener(early.signal, function() t("never") end).dispose()
early:abort()
early:abort()
late:abort()
events.addAbortListener(late.signal, function() t("soon") end)
t("not at once")
t.throws("signal", function() events.addAbortListener({}, f) end)
t.throws("listener", function() events.addAbortListener(late.signal, 5) end)
