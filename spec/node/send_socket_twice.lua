-- IDs: CP-65 CP-67 CP-68 CP-70 CP-69
local t = require("trace")
local fork = require("child_process").fork
local net = require("net")
if process.argv[3] then
    t.role("child")
    process.on("message", function(m, handle)
        local is_socket = handle and handle.write
        t("message", m, handle == nil and "nothing" or is_socket and "socket" or "server")
        if is_socket then
            handle:end_("by child")
        elseif handle then
            t("listening", handle.listening)
            handle:close()
        end
        if m == "end" then process.disconnect() end
    end)
else
    local child = fork(process.argv[2], { "child" })
    local idle = net.createServer()
    local server
    server = net.createServer(function(socket)
        socket:on("close", function() t("never") end)
        t("sent", child:send("once", socket))
        -- It is not ours any more: what follows comes without it.
        child:send("twice", socket, function() t("written") end)
        child:send("not listening", idle)
        child:send("server", server)
        local gone = net.connect({ port = 1, host = "127.0.0.1" })
        gone:on("error", function() end)
        gone:on("close", function()
            child:send("closed", gone)
            child:send("end")
        end)
        child:on("exit", function(code)
            t("exit", code)
            server:close()
        end)
    end)
    server:listen(0, "127.0.0.1", function()
        local got = ""
        local client = net.connect(server:address().port, "127.0.0.1")
        client:on("data", function(d) got = got .. d end)
        client:on("close", function()
            t.role("client")
            t("got", got)
            t.role("main")
        end)
    end)
end
