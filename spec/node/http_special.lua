-- IDs: HTTP-18 HTTP-19 HTTP-20 HTTP-21 HTTP-22
local t = require("trace")
local http = require("http")
local server = http.createServer(function(req, res)
    local body = ""
    req:on("data", function(d) body = body .. d end)
    req:on("end", function() t("request", req.method, req.url, body) res:end_("ok") end)
end)
server:on("clientError", function(err, socket) t("clientError", err.code) socket:end_("HTTP/1.1 400 Mine\r\n\r\n") end)
server:on("upgrade", function(req, socket, head)
    t("upgrade", req.url, req.headers.upgrade, head)
    socket:end_("HTTP/1.1 101 Switching Protocols\r\n\r\nraw")
end)
server:on("connection", function() t("connection") end)
local asks = {
    "POST /continue HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
    "GET /expect HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nConnection: close\r\n\r\n",
    "GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nhead bytes",
    "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
    "NONSENSE\r\n\r\n",
      "POST /chunks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        .. "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
}
server:listen(0, "127.0.0.1", function()
    local function next_one(i)
        if i > #asks then return server:close(function() t("closed") end) end
        t.ask(server:address().port, asks[i], function(text) t("answer", text) next_one(i + 1) end)
    end
    next_one(1)
end)
