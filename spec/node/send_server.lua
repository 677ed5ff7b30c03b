-- IDs: CP-67 CP-69 CP-70 CP-60
local t = require("trace")
local fork = require("child_process").fork
local net = require("net")
if process.argv[3] then
    t.role("child")
    process.once("message", function(m, server)
        t("message", m, server.listening, server:address().family)
        server:on("connection", function(s) s:end_("by child") server:close() process.disconnect() end)
        process.send("ready")
    end)
else
    local server = net.createServer()
    server:listen(0, "127.0.0.1", function()
        local port = server:address().port
        local child = fork(process.argv[2], { "child" })
        child:send("server", server, function() t("written") end)
        child:on("message", function(m)
            t("message", m, server.listening)
            server:close(function() t("closed") end)
            net.connect(port, "127.0.0.1"):on("data", function(d) t("data", d) end)
        end)
        child:on("exit", function(code) t("exit", code) end)
    end)
end
