-- IDs: PR-02 PR-03 PR-04 PR-05 PR-08 ER-01 ER-02
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    t.role("child")
    t("has", process.connected, type(process.channel.ref), type(process.channel.unref))
    process.on("disconnect", function() t("disconnect", process.connected, process.channel) end)
    process.on("error", function(err) t("error", err) end)
    process.disconnect()
    t("asked", process.connected)
    t("sent", process.send("x", function(err) t("callback", err) end))
    t("sent", process.send("y"))
    process.disconnect()
    setTimeout(function() t("ends") end, 50)
else
    local child = fork(process.argv[2], { "child" })
    t.on(child, "child", { "message", "disconnect", "exit" })
end
