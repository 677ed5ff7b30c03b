-- IDs: PR-40 PR-41
local t = require("trace")
local fork = require("child_process").fork
local list = { "SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT", "SIGPIPE" }
local how = process.argv[3]
local function children()
    process.removeAllListeners()
    local child = fork(process.argv[2], { "default again" })
    child:on("message", function() child:kill() end)
    child:on("exit", function(code, signal)
        t("default again", code, signal)
        fork(process.argv[2], { "loop" }):on("exit", function(loop_code, loop_signal)
            t("loop", loop_code, loop_signal)
        end)
    end)
end
if how == "default again" then
    local function handler() t("never") end
    process.on("SIGTERM", handler).once("SIGTERM", handler)
    process.off("SIGTERM", handler)
    process.removeAllListeners("SIGTERM")
    t("left", process.listenerCount("SIGTERM"))
    process.on("message", function() end)
    process.send("ready")
elseif how == "loop" then
    process.on("SIGTERM", function() t("never") end)
    process.on("exit", function(code) t("exit", code) end)
else
    local twice = {}
    process.on("SIGHUP", function() twice[#twice + 1] = "first" end)
    process.prependListener("SIGHUP", function() table.insert(twice, "zeroth") end)
    local at = 1
    local wait = setInterval(function() end, 1000)
    for _, name in ipairs(list) do
        process.once(name, function(got, number)
            t(name, got, number, process.listenerCount(name))
            at = at + 1
            if list[at] then return process.kill(process.pid, list[at]) end
            clearInterval(wait)
            t("all", twice)
            setTimeout(children, 1)
        end)
    end
    t("chains", process.on("SIGNOSUCH", function() t("an event") end) == process, process.emit("SIGNOSUCH", 1))
    process.kill(process.pid, list[1])
end
