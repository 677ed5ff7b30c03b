-- IDs: CP-03 CP-50 CP-51 CP-57 CP-81 CP-85 ER-21 M-04
local t = require("trace")
local spawn = require("child_process").spawn
local child = spawn("no-such-program", { "a", "b" })
t("now", child.pid, child.exitCode, child.stdout == nil)
t.on(child, "child", { "spawn", "exit", "close" })
child:on("error", function(err) t("error", err, child.exitCode, child.signalCode, child:kill()) end)
process.nextTick(function() t("tick") end)
t("later")
