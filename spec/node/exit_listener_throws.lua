-- IDs: PR-22; exit 1
local t = require("trace")
process.on("exit", function(code) t("exit", code) error({ message = "in exit" }, 0) end)
process.on("exit", function() t("never") end)
