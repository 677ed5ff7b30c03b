-- IDs: CP-20 Q-13
local t = require("trace")
local spawn = require("child_process").spawn
local child = spawn("true", {}, { cwd = "/no/such/folder" })
child:on("error", function(err) t("error", err) end)
child:on("close", function(code) t("close", code) end)
