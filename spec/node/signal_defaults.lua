-- IDs: PR-22 PR-41 CP-51 CP-57 CP-84
local t = require("trace")
local fork = require("child_process").fork
local list = { "SIGTERM", "SIGINT", "SIGHUP", "handled", "SIGPIPE" }
local mode = process.argv[3]
if not mode then
    local function next_one(i)
        if i > #list then return end
        local child = fork(process.argv[2], { list[i] })
        child:on("message", function()
            t(list[i], child.exitCode, child.signalCode, child:kill(i ~= 4 and list[i] or "SIGTERM"), child.killed)
            if list[i] == "SIGPIPE" then child:send("go") end
        end)
        child:on("exit", function(code, signal)
            t("exit", code, signal, child.exitCode, child.signalCode, child:kill())
            next_one(i + 1)
        end)
    end
    next_one(1)
else
    process.on("exit", function() if mode ~= "handled" and mode ~= "SIGPIPE" then t("never") end end)
    if mode == "handled" then process.on("SIGTERM", function() process.exit(7) end) end
    process.on("message", function() process.exit(3) end)
    process.send("ready")
end
