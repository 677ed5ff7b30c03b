-- IDs: HTTP-03 HTTP-13 HTTP-14 HTTP-18
local t = require("trace")
local http = require("http")
local server = http.createServer(function(req, res)
    t("request", req.url, req.httpVersion)
    if req.url == "/length" then res:setHeader("Content-Length", 2) end
    if req.url == "/close" then res:setHeader("Connection", "close") end
    res:end_("ok")
end)
local asks = {
    "GET /1.0 HTTP/1.0\r\n\r\n",
    "GET /pipelined HTTP/1.1\r\nHost: x\r\n\r\nGET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET /length HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /1.0 HTTP/1.0\r\n\r\n",
    "GET /close HTTP/1.1\r\nHost: x\r\n\r\n",
      "NONSENSE\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nBig: " .. ("x"):rep(20000) .. "\r\n\r\n",
}
server:listen(0, "127.0.0.1", function()
    local function next_one(i)
        if i > #asks then return server:close() end
        t.ask(server:address().port, asks[i], function(text) t("answer", text) next_one(i + 1) end)
    end
    next_one(1)
end)
