-- IDs: EV-04 EV-05 EV-08 EV-09 EV-10
local t = require("trace")
local EventEmitter = require("events").EventEmitter
local e = EventEmitter()
local function f() t("f") end
local function g() t("g") end
e:on("x", f) e:on("x", g) e:on("x", f)
e:off("x", f)
e:emit("x")
e:removeListener("x", function() end)
t("count", e:listenerCount("x"), e:listeners("x")[1] == f, e:listeners("x")[2] == g)
e:once("o", f)
t("once", e:listeners("o")[1] == f, e:rawListeners("o")[1] == f)
e:off("o", f)
t("names", e:eventNames())
e:on("newListener", function(name, fn) t("new", name, fn == g, e:listenerCount(name)) end)
e:on("removeListener", function(name, fn) t("removed", name, fn == f, fn == g) end)
e:on("y", g)
e:on("y", f)
e:removeAllListeners("y")
t("after", e:listenerCount("y"))
t("max", e:getMaxListeners())
t("chains", e:setMaxListeners(0) == e, e:getMaxListeners())
t.throws("negative", function() e:setMaxListeners(-1) end)
