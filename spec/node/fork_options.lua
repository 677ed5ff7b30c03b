-- IDs: CP-08 CP-09 CP-21 CP-22 CP-34 PR-51
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    local rest = {}
    for i = 3, #process.argv do rest[#rest + 1] = process.argv[i] end
    process.send({ rest, process.cwd(), process.env.ONLY, process.execArgv })
    process.stdout:write("said")
    process.disconnect()
else
    local args = { "x", "y z", "" }
    local env = process.env()
    env.ONLY = "this"
    local child = fork(process.argv[2], args, { cwd = "/", silent = true, env = env })
    t("args", args, child.spawnfile == process.execPath)
    local message, said
    child:on("message", function(m) message = m end)
    child.stdout:on("data", function(d) said = d end)
    child:on("close", function(code)
        t("close", code, message, said)
        local other = fork("-c", { "echo $0 $1; echo $NODE_CHANNEL_FD >/dev/null", "zero", "one" },
            { execPath = "/bin/sh", execArgv = {}, stdio = { "ignore", "pipe", "inherit", "ipc" } })
        other.stdout:on("data", function(d) t("other", d) end)
        other:on("exit", function(c) t("exit", c) end)
    end)
end
