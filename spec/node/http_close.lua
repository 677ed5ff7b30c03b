-- IDs: HTTP-02 HTTP-15 HTTP-23
local t = require("trace")
local http = require("http")
local net = require("net")
local server
server = http.createServer(function(req, res)
    t("request", req.url)
    res:on("close", function() t("res close", req.url) end)
    if req.url == "/slow" then
        server:close(function() t("server closed") end)
        t("closing", server.listening)
        setTimeout(function() res:setHeader("Connection", "close") res:end_("slow") end, 100)
    else
        res:end_("idle")
    end
end)
t("limits", server.requestTimeout, server.headersTimeout, server.keepAliveTimeout, server.timeout,
    server.maxRequestsPerSocket)
t("methods", type(server.closeIdleConnections), type(server.closeAllConnections), server:setTimeout(0) == server)
server:listen(0, "127.0.0.1", function()
    local port = server:address().port
    local idle
    idle = net.connect(port, "127.0.0.1", function() idle:write("GET /idle HTTP/1.1\r\nHost: x\r\n\r\n") end)
    idle:once("data", function()
        t.ask(port, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", function(text)
            t.role("client")
            t("answer", text)
            t.role("main")
        end)
    end)
    idle:on("close", function()
        t.role("idle")
        t("closed")
        t.role("main")
    end)
end)
