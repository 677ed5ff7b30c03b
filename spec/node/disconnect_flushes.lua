-- IDs: CP-66 CP-65 CP-53 CP-83
local t = require("trace")
local fork = require("child_process").fork
local net = require("net")
if process.argv[3] then
    t.role(process.argv[3])
    process.on("message", function(m, handle)
        t("message", m, handle ~= nil)
        if handle then handle:close() end
    end)
    process.on("disconnect", function() t("disconnect", process.connected) end)
else
    local child = fork(process.argv[2], { "messages" })
    t.on(child, "child", { "disconnect", "error" })
    for i = 1, 5 do child:send(i) end
    child:disconnect()
    t("asked", child.connected, child.channel)
    -- What was sent before arrives, and nothing after.
    t("after", child:send(6, function(err) t("callback", err) end))
    child:on("exit", function(code)
        t("exit", code)
        local server = net.createServer()
        server:listen(0, "127.0.0.1", function()
            local other = fork(process.argv[2], { "handles" })
            t.on(other, "other", { "disconnect", "error" })
            other:send("first", server)
            for i = 2, 4 do other:send(i) end
            other:disconnect()
            t("asked", other.connected)
            other:on("exit", function(c)
                t("exit", c)
                server:close()
            end)
        end)
    end)
end
