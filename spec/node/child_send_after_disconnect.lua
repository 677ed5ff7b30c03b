-- IDs: PR-02 PR-26
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.disconnect()
    process.send("x")
else
    local child = fork(process.argv[2], { "child" }, { silent = true })
    child:on("message", function() t("never") end)
    child:on("exit", function(code, signal) t("exit", code, signal) end)
end
