-- IDs: HTTP-18
local t = require("trace")
local http = require("http")
local asks = {
    { "two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n" },
    { "two spaces", "GET  / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" },
    { "HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n" },
    { "more headers than maxHeadersCount",
        "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\nC: 3\r\nConnection: close\r\n\r\n" },
}
local server = http.createServer(function(req, res) t("request", req.headers) res:end_("ok") end)
server.maxHeadersCount = 4
server:listen(0, "127.0.0.1", function()
    local function next_one(i)
        if i > #asks then return server:close() end
        t(asks[i][1])
        t.ask(server:address().port, asks[i][2], function(text) t("answer", text) next_one(i + 1) end)
    end
    next_one(1)
end)
