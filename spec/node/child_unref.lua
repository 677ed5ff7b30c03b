-- IDs: CP-59 CP-89
local t = require("trace")
local spawn = require("child_process").spawn
local child = spawn("sleep", { "30" }, { stdio = "ignore", detached = true })
child:on("exit", function() t("never") end)
child:unref()
process.on("exit", function()
    t("ends before the child", child.exitCode)
    process.kill(-child.pid, "SIGKILL")
end)
