-- IDs: CP-43 CP-53 CP-54 CP-60 PR-01
local t = require("trace")
local spawn = require("child_process").spawn
if process.argv[3] then
    t.role("child")
    t("has", type(process.send), process.connected, process.env.NODE_CHANNEL_FD)
    process.on("message", function(m) process.send(m) process.disconnect() end)
else
    local child = spawn(process.execPath, { process.argv[2], "child" },
        { stdio = { "ignore", "inherit", "inherit", "ignore", "ignore", "ipc" } })
    t("now", child.connected, child.stdio[5], type(child.channel.fd))
    t.on(child, "child", { "spawn", "message", "disconnect", "exit" })
    child:on("close", function(code) t("close", code, child.channel, child.connected) end)
    t("sent", child:send({ a = { 1, 2 }, b = "x" }))
end
