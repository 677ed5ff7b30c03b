-- IDs: PR-29
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("exit", function() t("never") end)
    process.abort()
else
    fork(process.argv[2], { "child" }, { silent = true }):on("exit", function(code, signal) t("exit", code, signal) end)
end
