-- IDs: CP-82 PR-07
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    t.role("child")
    setTimeout(function()
        t("listens")
        process.on("message", function(m)
            t("message", m)
            if m == 3 then setTimeout(function() process.disconnect() end, 1) end
        end)
    end, 200)
else
    local child = fork(process.argv[2], { "child" })
    for _, m in ipairs({ 1, 2, 3 }) do child:send(m) end
    child:on("exit", function(code) t("exit", code) end)
end
