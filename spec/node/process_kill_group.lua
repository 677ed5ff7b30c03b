-- IDs: PR-42 CP-24 ER-14
local t = require("trace")
local spawn = require("child_process").spawn
for _, bad in ipairs({ true, {}, "sigterm", "TERM", 1.5 }) do
    t.throws("signal", function() process.kill(process.pid, bad) end)
end
local pids = { nil, {}, "x", "1x", 1.5, 0 / 0 }
for i = 1, 6 do t.throws("pid", function() process.kill(pids[i], 0) end) end
t.throws("number", function() process.kill(process.pid, 65) end)
t.throws("number", function() process.kill(process.pid, -1) end)
t("none but asking", process.kill(process.pid, 0), process.kill(tostring(process.pid), 0), process.kill(0, 0),
    process.kill(-process.pid, 0) or 0)
local group = spawn("sh", { "-c", "sleep 60 & echo ready; wait" }, { detached = true })
group.stdout:once("data", function() t("sent", process.kill(-group.pid)) end)
group:on("exit", function(code, signal) t("exit", code, signal) end)
group:on("close", function()
    local one = spawn("sleep", { "60" })
    one:on("exit", function(code, signal) t("by number", code, signal) end)
    t("sent", process.kill(one.pid, 9))
end)
