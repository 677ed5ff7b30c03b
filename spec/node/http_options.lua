-- IDs: HTTP-05 HTTP-08 HTTP-12 HTTP-27
local t = require("trace")
local http = require("http")
for _, name in ipairs({ "joinDuplicateHeaders", "insecureHTTPParser", "rejectNonStandardBodyWrites",
    "requireHostHeader" }) do
    t.throws("server's " .. name, function() http.createServer({ [name] = 5 }) end)
end
for _, name in ipairs({ "joinDuplicateHeaders", "insecureHTTPParser" }) do
    t.throws("request's " .. name, function() http.request({ port = 1, [name] = "x" }) end)
end
t.throws("server's connectionsCheckingInterval",
    function() http.createServer({ connectionsCheckingInterval = "x" }) end)
t.throws("server's connectionsCheckingInterval",
    function() http.createServer({ connectionsCheckingInterval = -1 }) end)
http.createServer({ joinDuplicateHeaders = false, insecureHTTPParser = false, connectionsCheckingInterval = 1000 })
local options = { joinDuplicateHeaders = true, uniqueHeaders = { "X-Once", "set-cookie", "x-last" },
    rejectNonStandardBodyWrites = true }
local server = http.createServer(options, function(req, res)
    if req.method == "POST" then
        t("asked", req.headers["x-one"], req.headers["x-many"], req.headers.cookie)
        res:writeHead(200, { "Content-Length", "2", "Age", "1", "Age", "2", "X-Any", "a", "X-Any", "b" })
        res:end_("ok")
        return
    end
    t(req.method, req.headers)
    t("distinct", req.headersDistinct)
    res:setHeader("X-ONCE", { "1", "2", "3" })
    res:setHeader("Set-Cookie", { "a=1", "b=2" })
    res:setHeader("X-Many", { "1", "2" })
    res:setHeader("Cookie", { "c=1", "d=2" })
    res:setHeader("X-Single", { "1" })
    res:appendHeader("x-once", "4")
    t("get", res:getHeader("x-once"))
    if req.method == "HEAD" or req.url == "/204" or req.url == "/304" then
        if req.method ~= "HEAD" then res.statusCode = tonumber(req.url:sub(2)) end
        if req.url == "/204" then t("end", res:end_("") == res) end
        if req.url ~= "/204" then t.throws("write", function() res:write("x") end) end
        if req.url == "/304" then t.throws("end", function() res:end_("x") end) end
        res:end_()
        return
    end
    res:addTrailers({ ["X-Gone"] = "1" })
    res:addTrailers({ ["X-Last"] = { "1", "2" } })
    res:write("body")
    res:end_()
end)
local function ask(head, done)
    t.ask(server:address().port, head .. "\r\nHost: x\r\nConnection: close\r\n\r\n", function(text)
        t("answer", text)
        done()
    end)
end
local function request()
    local req = http.request({ port = server:address().port, host = "127.0.0.1", method = "POST", agent = false,
        joinDuplicateHeaders = true, uniqueHeaders = { "x-one" },
        headers = { ["X-One"] = { "a", "b" }, ["X-Many"] = { "a", "b" }, Cookie = { "a=1", "b=2" } } })
    req:on("response", function(res)
        t("answered", res.headers.age, res.headers["x-any"], res.headersDistinct["x-any"])
        res:resume():on("end", function() server:close() end)
    end)
    req:end_("body")
end
server:listen(0, "127.0.0.1", function()
    ask("GET / HTTP/1.1\r\nAge: 1\r\nage: 2\r\nUser-Agent: a\r\nUser-Agent: b\r\nX: 1\r\nX: 2\r\nCookie: a\r\nCookie: b"
        .. "\r\nSet-Cookie: c", function()
        ask("HEAD / HTTP/1.1", function()
            ask("GET /204 HTTP/1.1", function() ask("GET /304 HTTP/1.1", request) end)
        end)
    end)
end)
