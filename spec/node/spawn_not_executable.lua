-- IDs: CP-03 CP-81 ER-21
local t = require("trace")
local spawn = require("child_process").spawn
local child = spawn("/etc/passwd")
t.on(child, "child", { "spawn", "error", "exit", "close" })
t("script ends", child.pid)
