-- IDs: PR-69
local t = require("trace")
local spawn = require("child_process").spawn
if process.argv[3] then
    process.stdout:write(("x"):rep(1000000))
    process.exit(3)
else
    local child = spawn(process.execPath, { process.argv[2], "child" })
    local bytes = 0
    child.stdout:on("data", function(data) bytes = bytes + #data end)
    child:on("close", function(code) t("all of it", bytes == 1000000, code) end)
end
