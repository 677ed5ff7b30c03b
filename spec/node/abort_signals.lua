-- IDs: ER-19 EV-01
local t = require("trace")
local function show(reason)
    if type(reason) == "table" then return reason.name, reason.code, reason.message end
    return reason
end
local controller = AbortController()
local signal = controller.signal
t("at first", signal.aborted, signal.reason, signal.onabort, signal:throwIfAborted())
local function twice(event) t("listener", event.type, event.target == signal, signal.aborted) end
signal.onabort = function(event) t("onabort", event.type) end
signal:addEventListener("abort", twice)
signal:addEventListener("abort", twice)
signal:addEventListener("abort", function() t("once") end, { once = true })
local function gone() t("never") end
signal:addEventListener("abort", gone)
signal:removeEventListener("abort", gone)
signal:removeEventListener("abort", gone)
t("returns", controller:abort())
controller:abort("again")
t("then", signal.aborted, show(signal.reason))
t.throws("raised", function()
    local _, err = pcall(signal.throwIfAborted, signal)
    error(setmetatable({ name = err.name, message = err.message }, {}))
end)
signal:addEventListener("abort", function() t("never") end)

local text = AbortController()
text:abort("because")
t("a reason", text.signal.reason)
local _, raised = pcall(text.signal.throwIfAborted, text.signal)
t("raised as it is", raised)
local name, code, message = show(AbortSignal.abort().reason)
t("made so", AbortSignal.abort().aborted, name, code, message, AbortSignal.abort(5).reason,
    AbortSignal.abort(false).reason)

local a, b = AbortController(), AbortController()
local any = AbortSignal.any({ a.signal, b.signal })
any:addEventListener("abort", function() t("any", any.reason) end)
b:abort("b was first")
a:abort("a")
t("any", any.aborted, any.reason, AbortSignal.any({}).aborted,
    AbortSignal.any({ AbortSignal.abort("x"), a.signal }).reason)
t("of any", AbortSignal.any({ any }).reason)
local function code_of(label, fn, ...)
    local ok, err = pcall(fn, ...)
    if ok then t(label, "nothing raised") else t(label, err.name, err.code) end
end
for i = 1, 3 do code_of("any", AbortSignal.any, ({ nil, 5, "x" })[i]) end
for _, bad in ipairs({ { 5 }, { {} } }) do code_of("any", AbortSignal.any, bad) end
for i = 1, 4 do code_of("timeout", AbortSignal.timeout, ({ -1, "x", 1.5, nil })[i]) end
code_of("alone", function() AbortSignal() end)

local later = AbortSignal.timeout(20)
t("timeout", later.aborted)
AbortSignal.timeout(60000)
local keep = setTimeout(function() end, 10000)
local function raising()
    local noisy = AbortController()
    process.on("uncaughtException", function(err) t("uncaught", err.message) end)
    noisy.signal:addEventListener("abort", function() error({ message = "one" }) end)
    noisy.signal:addEventListener("abort", function() t("the next one") end)
    noisy:abort()
    t("aborted")
end
later:addEventListener("abort", function()
    t("timed out", show(later.reason))
    clearTimeout(keep)
    raising()
end)
