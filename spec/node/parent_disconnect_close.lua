-- IDs: CP-86 Q-01
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function() end)
else
    local child = fork(process.argv[2], { "child" })
    t.on(child, "child", { "disconnect", "exit", "close" })
    child:disconnect()
end
