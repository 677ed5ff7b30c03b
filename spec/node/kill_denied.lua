-- IDs: CP-52 CP-57 CP-58 CP-81 CP-27 CP-29; as root
local t = require("trace")
local spawn = require("child_process").spawn
local controller = AbortController()
local children = {}
for i, options in ipairs({ {}, { timeout = 1 }, { signal = controller.signal } }) do
    options.stdio = { "pipe", "ignore", "ignore" }
    children[i] = spawn("cat", options)
end
process.setgid(65534)
process.setuid(65534)
local plain, timed, aborted = unpack(children)
local function rest()
    plain.stdin:end_()
    plain:on("close", function()
        timed.stdin:end_()
        timed:on("close", function() aborted.stdin:end_() end)
    end)
end
for i, child in ipairs(children) do
    child:on("error", function(err)
        t("error " .. i - 1, err, child.killed)
        if i == 2 then rest() end
    end)
    child:on("exit", function(code, signal) t("exit " .. i - 1, code, signal, child.killed) end)
end
t("kill", plain:kill(), plain:kill(0), plain:kill("SIGKILL"), plain.killed)
t.throws("bad", function() plain:kill("nonsense") end)
plain:removeAllListeners("error")
t.throws("nobody listens", function() plain:kill() end)
controller:abort()
t("aborted", aborted.killed)
