-- IDs: Q-19 CP-57
local t = require("trace")
local spawn = require("child_process").spawn
process.on("SIGTERM", function() t("signalled itself") end)
local child = spawn("no-such-program")
child:on("error", function(err) t("error", err.code) end)
t("kill", child:kill())
setTimeout(function() end, 200)
