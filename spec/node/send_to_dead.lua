-- IDs: CP-63 CP-66 CP-84 CP-53
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function() process.exit(2) end)
else
    local child = fork(process.argv[2], { "child" })
    child:send("die")
    child:on("exit", function()
        setTimeout(function()
            t("connected", child.connected, child.channel)
            t("send", child:send("x", function(err) t("callback", err) end))
        end, 20)
    end)
end
