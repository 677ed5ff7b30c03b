-- IDs: CP-51 CP-52 CP-57 CP-58 CP-84 ER-14
local t = require("trace")
local spawn = require("child_process").spawn
local child = spawn("sleep", { "60" }, { stdio = "ignore" })
t("test", child:kill(0), child.killed)
for _, bad in ipairs({ "SIGNOPE", "nonsense", 1000, true, 1.5 }) do
    local ok, err = pcall(child.kill, child, bad)
    if ok then t("bad", "nothing") else t("bad", err.name, err.code) end
end
child:on("exit", function(code, signal)
    t("exit", code, signal, child.exitCode, child.signalCode, child.killed)
    t("after", child:kill(), child:kill(0))
    spawn("sleep", { "60" }, { stdio = "ignore" }):on("exit", function(c, s) t("by number", c, s) end):kill(9)
end)
t("sent", child:kill("sigterm"))
