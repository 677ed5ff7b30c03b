-- IDs: CP-01 CP-50 CP-51 CP-52 CP-55 CP-56 CP-80 CP-84 CP-85 CP-42
local t = require("trace")
local spawn = require("child_process").spawn
local args = { "-c", "echo out; echo err >&2; exit 3" }
local opts = { env = { PATH = process.env.PATH } }
local child = spawn("sh", args, opts)
t("now", type(child.pid), child.exitCode, child.signalCode, child.killed, child.spawnfile, child.spawnargs)
t("no ipc", child.connected, child.send, child.channel)
t("streams", child.stdin == child.stdio[0], child.stdout == child.stdio[1], child.stderr == child.stdio[2])
local count = 0
for _ in pairs(opts) do count = count + 1 end
t("unchanged", #args, count)
local out, err = "", ""
child.stdout:on("data", function(d) out = out .. d end)
child.stderr:on("data", function(d) err = err .. d end)
t.on(child, "child", { "spawn", "error", "exit" })
child:on("close", function(code, signal)
    t("close", code, signal, out, err, child.exitCode, child.signalCode, child:kill(), child.killed)
    local quiet = spawn("true", { stdio = "inherit" })
    t("inherited", quiet.stdin, quiet.stdout, quiet.stderr, quiet.stdio[0])
end)
