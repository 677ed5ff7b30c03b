-- IDs: HTTP-02 HTTP-17
local t = require("trace")
local http = require("http")
local asks = {
    "GET /nohost HTTP/1.1\r\n\r\n",
    "HEAD /nohost HTTP/1.1\r\n\r\n",
    "POST /nohost HTTP/1.1\r\nContent-Length: 2\r\n\r\nab",
    "GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /nohost HTTP/1.1\r\n\r\n",
    "GET /empty HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
    "GET /old HTTP/1.0\r\n\r\n",
}
local server = http.createServer(function(req, res) t("request", req.url, req.headers.host) res:end_("ok") end)
local lax = http.createServer({ requireHostHeader = false }, function(req, res)
    t("lax", req.url, req.headers.host)
    res:end_("ok")
end)
t.throws("no boolean", function() http.createServer({ requireHostHeader = "yes" }) end)
for _, s in ipairs({ server, lax }) do
    s:on("clientError", function() t("never") end)
end
local function ask_all(target, list, done)
    target:listen(0, "127.0.0.1", function()
        local function next_one(i)
            if i > #list then return target:close(done) end
            t.ask(target:address().port, list[i], function(text) t("answer", text) next_one(i + 1) end)
        end
        next_one(1)
    end)
end
ask_all(server, asks, function()
    ask_all(lax, { "GET /nohost HTTP/1.1\r\nConnection: close\r\n\r\n" })
end)
