-- IDs: PR-09 PR-20
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    for i = 1, 5 do process.send(i) end
    process.exit(8)
else
    local child = fork(process.argv[2], { "child" })
    local got = {}
    child:on("message", function(m) got[#got + 1] = m end)
    child:on("close", function(code) t("close", code, got) end)
end
