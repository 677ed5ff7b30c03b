-- IDs: CL-95 CP-67 HTTP-22
local t = require("trace")
local cluster = require("cluster")
local http = require("http")
local net = require("net")
if cluster.isPrimary then
    local w = cluster.fork()
    -- The second time there is nothing to send but the message.
    local server = net.createServer({ pauseOnConnect = true }, function(socket)
        w:send("socket", socket, function() w:send("again", socket) end)
    end)
    w:on("online", function()
        server:listen(0, "127.0.0.1", function()
            local request = "GET /path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            t.ask(server:address().port, request, function(text)
                t("answer", text)
                server:getConnections(function(err, n)
                    t("connections", err, n)
                    server:close(function(e) t("closed", e) w:disconnect() end)
                end)
            end)
        end)
    end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    local server
    server = http.createServer(function(req, res)
        t("request", req.url, req.socket.server == server, req.socket.remoteAddress)
        res:end_("by the worker")
    end)
    server:on("connection", function(socket) t("connection", socket.server == server) end)
    process.on("message", function(m, socket)
        t.role("messages")
        t("message", m, socket ~= nil)
        t.role("worker")
        if socket then server:emit("connection", socket) end
    end)
end
