-- IDs: PR-20 PR-22; exit 44
local t = require("trace")
process.on("exit", function(code) t("exit", code) process.exit(300) end)
process.on("exit", function(code) t("second", code) end)
process.on("beforeExit", function() t("never") end)
setTimeout(function() t("never") end, 5)
t.throws("text", function() process.exit("abc") end)
t.throws("fraction", function() process.exit(1.5) end)
process.exit(4)
