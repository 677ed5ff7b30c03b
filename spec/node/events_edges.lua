-- IDs: EV-02 EV-03 EV-05 EV-06 EV-07 EV-08 EV-09 EV-11 M-03
local t = require("trace")
local events = require("events")
local make = events.EventEmitter
local function f() t("f") end
local function g() t("g") end
local function letters(list)
    local names = {}
    for i, each in ipairs(list) do names[i] = each == f and "f" or "g" end
    return names
end

local e = make()
e:once("x", function() t("once") e:emit("x") end)
e:emit("x")
t("gone", e:listenerCount("x"), e:emit("x"))
e:once("thrower", function() error(setmetatable({ name = "Error", message = "first" }, {})) end)
t.throws("thrower", function() e:emit("thrower") end)
t("removed before", e:listenerCount("thrower"))

e = make()
e:on("newListener", function(name, fn)
    t("new", name, fn == f, fn == g, e:listenerCount(name))
    if name == "x" and e:listenerCount("x") == 0 then e:prependListener("pre", g) end
end)
e:once("x", f)
e:prependListener("x", g)
e:prependOnceListener("x", f)
local plain = {}
for i, each in ipairs(e:rawListeners("x")) do plain[i] = each == f or each == g end
t("order", letters(e:listeners("x")), plain)
t("wrapper", e:rawListeners("x")[1].listener == f)
e:rawListeners("x")[1]()
t("called by hand", e:listenerCount("x"))
e:on("removeListener", function(name, fn) t("removed", name, fn == f, fn == g, e:listenerCount(name)) end)
e:emit("x")
e:off("x", f):off("x", g):off("x", g)
t("names", e:eventNames())
e:on("y", f):on("y", g):on("z", f)
e:removeAllListeners()
t("nothing", e:eventNames())

e = make()
e:on("x", f):on("x", g):on("x", f)
e:removeListener("x", f)
t("last of two", letters(e:listeners("x")))
t("unknown", e:off("x", function() end) == e, e:off("nobody", f) == e, e:removeAllListeners("nobody") == e)
for i = 1, 3 do t.throws("off", function() e:off("x", ({ nil, 5, {} })[i]) end) end
for _, name in ipairs({ 5, true, "", "with space" }) do
    e:on(name, f)
    t("any name", e:listenerCount(name), e:emit(name))
end

e = make()
local order = {}
for i = 0, 5 do
    e:on("many", function()
        order[#order + 1] = i
        if i == 1 then
            e:removeAllListeners("many")
            e:on("many", function() order[#order + 1] = "late" end)
        end
    end)
end
t("heard", e:emit("many"), order, e:emit("many"), order)

e = make()
local function codes(label, ...)
    local _, err = pcall(e.emit, e, "error", ...)
    t(label, err.name, err.code, err.context)
end
codes("no argument")
codes("nil", nil)
codes("object", { some = "field" })
t.throws("number", function() e:emit("error", 5) end)
t.throws("text", function() e:emit("error", "text") end)
t.throws("boolean", function() e:emit("error", false) end)
local _, err = pcall(e.emit, e, "error", 7)
t("context", err.context, err.code)
local own = setmetatable({ name = "RangeError", message = "own" }, { __tostring = function() return "own" end })
_, err = pcall(e.emit, e, "error", own, "more")
t("as it is", err == own)
e:on(events.errorMonitor, function(raised, more) t("monitor", raised == own, more) end)
_, err = pcall(e.emit, e, "error", own, "more")
t("as it is", err == own)
e:once("error", function(raised, more)
    t("heard", raised == own, more)
    error(setmetatable({ name = "Error", message = "from the listener" }, {}))
end)
t.throws("listener", function() e:emit("error", own, "more") end)
t("monitors", e:listenerCount(events.errorMonitor), e:listenerCount("error"))
e:on("args", function(...) t("args", select("#", ...), ...) end)
e:emit("args")
e:emit("args", nil, 1, nil)
