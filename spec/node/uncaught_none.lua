-- IDs: PR-22 PR-25 PR-26; exit 1
local t = require("trace")
process.on("exit", function(code) t("exit", code) end)
process.on("uncaughtExceptionMonitor", function(err, origin) t("monitor", err.message, origin) end)
process.on("beforeExit", function() t("never") end)
setTimeout(function() t("never") end, 50)
setTimeout(function() error({ message = "boom" }, 0) end, 1)
