-- IDs: CP-53 CP-62 CP-66 CP-81 CP-83 ER-01 ER-02
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function() end)
else
    local child = fork(process.argv[2], { "child" })
    child:on("disconnect", function() t("disconnect", child.connected) end)
    child:on("error", function(err) t("error", err) end)
    child:on("exit", function(code) t("exit", code) end)
    child:disconnect()
    t("asked", child.connected)
    t("sent", child:send("x", function(err) t("callback", err) end))
    t("sent", child:send("y"))
    child:disconnect()
    process.nextTick(function() t("tick") end)
end
