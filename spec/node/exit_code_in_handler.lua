-- IDs: PR-21 PR-24; exit 6
local t = require("trace")
process.on("uncaughtException", function(err) t("caught", err) process.exitCode = 6 end)
process.on("exit", function(code) t("exit", code) end)
setTimeout(function() error("plain", 0) end, 1)
