-- IDs: PR-07 Q-07
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    setTimeout(function() process.on("message", function() process.disconnect() end) end, 200)
else
    local child = fork(process.argv[2], { "child" }, { silent = true })
    for _, m in ipairs({ 1, 2, 3 }) do child:send(m) end
    child:on("exit", function(code) t("exit", code) end)
end
