-- IDs: Q-06 CL-28
local t = require("trace")
local cluster = require("cluster")
local spawnSync = require("child_process").spawnSync
if cluster.isPrimary then
    local raised = {}
    process.on("uncaughtException", function(err) table.insert(raised, err.code) end)
    local w = cluster.fork()
    w:once("message", function()
        w.process:kill("SIGKILL")
        spawnSync("sleep", { "0.5" }) -- it dies, and nobody here has noticed
        if not w:isDead() then w:disconnect() end
        w:on("exit", function(code, signal)
            t("exit", code, signal)
            w:disconnect()
            setImmediate(function()
                t("raised by the library's own sends", raised)
                raised = {}
                w:send("a user's")
                setImmediate(function() t("raised by a user's send", raised) end)
            end)
        end)
    end)
else
    process.send("up")
end
