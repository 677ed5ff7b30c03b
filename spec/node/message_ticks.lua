-- IDs: CP-82 PR-07 PR-24
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    t.role("child")
    process.on("uncaughtException", function(err) t("caught", err.message) end)
    process.on("message", function(m)
        t("message", m)
        if m == 2 then error({ message = "in listener" }, 0) end
        if m == 3 then process.disconnect() end
    end)
else
    local child = fork(process.argv[2], { "child" })
    for _, m in ipairs({ 1, 2, 3 }) do child:send(m) end
    child:on("exit", function(code) t("exit", code) end)
end
