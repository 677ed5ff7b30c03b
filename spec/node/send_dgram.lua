-- IDs: CP-67 CP-69 CP-70 CP-63
local t = require("trace")
local fork = require("child_process").fork
local dgram = require("dgram")
if process.argv[3] then
    t.role("child")
    process.on("message", function(m, socket)
        t("message", m, socket.bind ~= nil, type(socket:address().port), socket:address().address)
        socket:on("message", function(data)
            t("data", data)
            socket:close()
            process.disconnect()
        end)
        process.send("listens")
    end)
else
    local child = fork(process.argv[2], { "child" })
    local unbound = dgram.createSocket("udp4")
    -- There is nothing behind it yet.
    local ok, raised = pcall(function()
        t("unbound", child:send("unbound", unbound, function(err) t("callback", err and err.code) end))
    end)
    if not ok then t("unbound", raised.code, raised.syscall) end
    local socket = dgram.createSocket("udp4")
    socket:bind(0, "127.0.0.1", function()
        local port = socket:address().port
        child:send("socket", socket, function(err) t("written", err) end)
        child:on("message", function(m)
            -- Ours stays open; who gets what comes, the system decides: only the child after this.
            t("message", m, socket:address().port == port)
            socket:close(function()
                local other = dgram.createSocket("udp4")
                other:send("hello", port, "127.0.0.1", function() other:close() end)
            end)
        end)
        child:on("exit", function(code)
            t("exit", code)
            unbound:close()
        end)
    end)
end
