-- IDs: PR-01
local t = require("trace")
local spawn = require("child_process").spawn
if process.argv[3] then
    t.role("child")
    t("has", process.send == nil and "undefined" or type(process.send), process.env.NODE_CHANNEL_FD)
else
    spawn(process.execPath, { process.argv[2], "child" }, { stdio = "ignore" }):on("exit", function(code)
        t("exit", code)
    end)
end
