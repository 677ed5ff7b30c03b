-- IDs: PR-09 Q-08
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.send(("x"):rep(4000000))
    process.exit(8)
else
    local child = fork(process.argv[2], { "child" })
    child:on("message", function(m) t("message", #m) end)
    child:on("close", function(code) t("close", code) end)
end
