-- IDs: PR-22 PR-24
local t = require("trace")
process.on("uncaughtException", function(err, origin) t("caught", err.message, origin, process.exitCode) end)
process.on("exit", function(code) t("exit", code) error({ message = "in exit" }, 0) end)
process.on("exit", function() t("never") end)
process.on("beforeExit", function(code) t("beforeExit", code) end)
