-- IDs: TM-08 PR-24 PR-25 PR-67
local t = require("trace")
local function raise(message) error({ message = message }, 0) end
process.on("uncaughtExceptionMonitor", function(err, origin) t("monitor", err.message, origin) end)
process.on("uncaughtException", function(err, origin) t("caught", err.message, origin) end)
process.nextTick(function() raise("tick") end)
process.nextTick(function() t("later tick") end)
local function immediates()
    setImmediate(function() raise("immediate") end)
    setImmediate(function() t("later immediate") end)
end
setTimeout(function()
    setTimeout(function() raise("one") end, 5)
    setTimeout(function() t("two") setTimeout(immediates, 20) end, 5)
end, 50)
process.on("exit", function(code) t("exit", code) end)
