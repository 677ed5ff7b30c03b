-- IDs: CP-03 CP-56 CP-81 CP-85
local t = require("trace")
local cp = require("child_process")
local spawn = cp.spawn
if process.argv[3] then
    local taken = {}
    while true do
        local file = io.open("/dev/null")
        if not file then break end
        taken[#taken + 1] = file
    end
    t("taken", "EMFILE")
    local child = spawn("true")
    t("now", child.pid, child.stdin, child.stdout, child.stderr, child.spawnfile, child.spawnargs)
    t.on(child, "child", { "spawn", "exit" })
    child:on("error", function(err) t("error", err, child.exitCode) end)
    child:on("close", function(code, signal)
        t("close", code, signal)
        local forked = cp.fork(process.argv[2], { "never" })
        t("fork", forked.pid, forked.connected, forked.channel)
        forked:on("error", function(failure)
            t("error", failure.code, failure.syscall == "spawn " .. process.execPath)
        end)
        forked:on("close", function(c)
            t("close", c)
            cp.exec("true", function(err, out, err_out)
                t("exec", err, out, err_out)
                local r = cp.spawnSync("true")
                t("sync", r.status, r.error)
                -- Enough of them are there again.
                for _, file in ipairs(taken) do file:close() end
                spawn("true"):on("exit", function(again) t("exit", again) end)
            end)
        end)
    end)
else
    spawn("sh", { "-c", 'ulimit -n 64; exec "$0" "$1" child', process.execPath, process.argv[2] },
        { stdio = "inherit" }):on("exit", function(code) t("child", code) end)
end
