-- IDs: PR-24; exit 7
local t = require("trace")
process.on("uncaughtException", function(err) t("caught", err.message) error({ message = "again" }, 0) end)
setTimeout(function() error({ message = "boom" }, 0) end, 1)
setTimeout(function() t("never") end, 20)
