-- IDs: HTTP-01 HTTP-03 HTTP-04 HTTP-05 HTTP-07 HTTP-10 HTTP-11 HTTP-14 HTTP-29
local t = require("trace")
local http = require("http")
local server = http.createServer(function(req, res)
    t("request", req.method, req.url, req.httpVersion, req.httpVersionMajor, req.httpVersionMinor)
    local headers = {}
    for name, value in pairs(req.headers) do headers[name] = value end
    t("headers", headers, req.rawHeaders)
    t("defaults", res.statusCode, res.headersSent, res.writableEnded)
    local body = ""
    req:on("data", function(d) body = body .. d end)
    req:on("end", function()
        t("body", body, req.complete)
        res:end_("got " .. body)
        t("after", res.headersSent, res.writableEnded)
    end)
end)
local known = false
for _, method in ipairs(http.METHODS) do known = known or method == "GET" end
t("statuses", http.STATUS_CODES[200], http.STATUS_CODES[404], known, http.maxHeaderSize)
server:listen(0, "127.0.0.1", function()
    local lines = { "POST /a/b?c=d HTTP/1.1", "Host: x", "X-Twice: 1", "x-twice: 2", "Cookie: a=1", "Cookie: b=2",
        "Set-Cookie: s", "Content-Type: text/a", "Content-Type: text/b", "Content-Length: 5", "Connection: close", "",
        "hello" }
    t.ask(server:address().port, table.concat(lines, "\r\n"), function(text)
        t("answer", text)
        server:close(function() t("closed") end)
    end)
end)
