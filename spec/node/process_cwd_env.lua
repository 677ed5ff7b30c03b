-- IDs: PR-55 PR-56 M-04
local t = require("trace")
t("cwd", process.cwd())
process.chdir(process.env.TRACE_DIR)
t("cwd", process.cwd())
t.throws("missing", function() process.chdir("nowhere") end)
t.throws("type", function() process.chdir(5) end)
t.throws("nothing", function() process.chdir() end)
t("missing", process.env.NOT_THERE)
process.env.A_NUMBER = 5
process.env.A_FLAG = true
t("strings", process.env.A_NUMBER, process.env.A_FLAG, type(process.env.A_NUMBER))
require("child_process").spawn("sh", { "-c", "echo $A_NUMBER $A_FLAG $(pwd)" }).stdout:on("data", function(d)
    t("child", d)
end)
