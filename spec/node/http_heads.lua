-- IDs: HTTP-06 HTTP-07 HTTP-08 HTTP-09 HTTP-10 HTTP-11 HTTP-12 HTTP-13 HTTP-14 HTTP-16
local t = require("trace")
local http = require("http")
local function code(label, fn)
    local ok, err = pcall(fn)
    if ok then t(label, err) else t(label, err.name, err.code) end
end
local answers = {
    -- Statuses: what writeHead takes, and what it leaves.
    ["/status"] = function(res)
        local bad = { 0, 99, 1000, -1, 0 / 0, "x", {}, nil }
        for i = 1, 8 do code("writeHead", function() return res:writeHead(bad[i]) end) end
        code("message", function() return res:writeHead(200, "a\nb") end)
        t("still", res.headersSent, res.statusCode, res.statusMessage)
        t("chains", res:writeHead("203", { ["X-A"] = 1 }) == res, res.statusCode, res.statusMessage, res.headersSent)
        code("again", function() return res:writeHead(200) end)
        code("set", function() return res:setHeader("a", "b") end)
        code("append", function() return res:appendHeader("a", "b") end)
        code("remove", function() return res:removeHeader("a") end)
        t("ends", res:end_() == res, res.statusMessage)
    end,
    ["/implicit"] = function(res)
        res.statusCode = 99
        code("bad status", function() return res:end_("x") end)
        res.statusCode = 500
        res:end_("x")
    end,
    ["/message"] = function(res)
        res.statusCode = 200
        res.statusMessage = "Mine"
        res:setHeader("A", "1")
        res:writeHead(201, { "a", "2", "B", "3" })
        res:end_("x")
    end,
    ["/list"] = function(res)
        res:writeHead(200, { "A", "1", "A", "2", "B", "3" })
        res:end_("x")
    end,
    -- Headers: what they were set to, and the order of setting.
    ["/headers"] = function(res)
        local names = { "", "a b", "a:", "ä", nil }
        for i = 1, 5 do code("name", function() return res:setHeader(names[i], "x") end) end
        for _, bad in ipairs({ "a\r\nb", "a\0", "\1", "\127", { "x", "y\n" } }) do
            code("value", function() return res:setHeader("x", bad) end)
        end
        code("nothing", function() return res:setHeader("x", nil) end)
        code("nothing", function() return res:appendHeader("x", nil) end)
        code("get", function() return res:getHeader(5) end)
        code("has", function() return res:hasHeader() end)
        code("remove", function() return res:removeHeader() end)
        t("none", res:getHeaderNames(), res:hasHeader("x"))
        res:setHeader("Number", 5):setHeader("Flag", false):setHeader("Tab", "a\tb"):setHeader("Empty", "")
            :setHeader("List", { "1", 2 })
        t("get", res:getHeader("number"), res:getHeader("FLAG"), res:getHeader("empty"), res:getHeader("list"))
        res:setHeader("Z", "first")
        res:setHeader("Y", "1")
        res:setHeader("z", "second")
        res:appendHeader("Y", "2"):appendHeader("New", { "a", "b" }):appendHeader("new", "c")
        t("get", res:getHeader("y"), res:getHeader("NEW"))
        t("names", res:getHeaderNames(), res:getRawHeaderNames())
        t("headers", res:getHeaders())
        res:removeHeader("TAB")
        res:removeHeader("never")
        res:end_("x")
        t("after", res:getHeader("z"), res:hasHeader("tab"))
    end,
    ["/date"] = function(res) res:setHeader("Date", "mine") res:end_("x") end,
    ["/removed"] = function(res) res:removeHeader("Date") res:end_("x") end,
    -- Bodies.
    ["/null"] = function(res)
        local bad = { nil, 5, true, {} }
        for i = 1, 4 do code("write", function() return res:write(bad[i]) end) end
        code("end", function() return res:end_(5) end)
        t("untouched", res.headersSent, res.writableEnded)
        res:end_("x")
    end,
    ["/late"] = function(res)
        res:on("error", function(err) t("error", err.name, err.code) end)
        t("ends", res:end_("x") == res, res.writableEnded)
        t("write", res:write("y", function(err) t("callback", err.name, err.code) end))
        res:end_()
        res:end_("z")
    end,
    ["/empty"] = function(res) t("empty", res:write(""), res.headersSent) res:end_("") end,
    ["/pieces"] = function(res)
        res:write("ab")
        res:write("cd", "utf8", function() t("written") end)
        res:end_("e", "utf8", function() t("ended", res.writableFinished) end)
    end,
    ["/head-only"] = function(res) res:writeHead(200) res:end_() end,
    ["/head-text"] = function(res) res:writeHead(200) res:end_("text") end,
    ["/te"] = function(res) res:setHeader("Transfer-Encoding", "chunked") res:end_("x") end,
    ["/204"] = function(res) res:writeHead(204) res:write("dropped") res:end_("dropped") end,
    ["/304"] = function(res) res.statusCode = 304 res:setHeader("ETag", "e") res:end_("dropped") end,
    ["/205"] = function(res) res.statusCode = 205 res:end_() end,
    ["/close"] = function(res) res:setHeader("Connection", "close") res:end_("x") end,
    ["/keep"] = function(res) res:setHeader("Content-Length", 1) res:end_("x") end,
    ["/keep-chunked"] = function(res) res:write("x") res:end_("y") end,
    ["/flush"] = function(res)
        t("flush", res.headersSent, res.writableEnded, res.writableFinished)
        res:flushHeaders()
        t("flushed", res.headersSent)
        res:flushHeaders()
        res:end_("x")
    end,
    ["/interim"] = function(res)
        res:writeContinue()
        res:writeProcessing()
        local bad = { 5, "x", nil }
        for i = 1, 3 do code("hints", function() return res:writeEarlyHints(bad[i]) end) end
        code("link", function() return res:writeEarlyHints({ link = "nonsense" }) end)
        res:writeEarlyHints({ link = "</a>; rel=preload; as=style", ["x-more"] = "1" })
        res:writeEarlyHints({ link = { "</a>; rel=preload", "</b>; rel=preload" } })
        t("sent", res.headersSent)
        res:end_("x")
    end,
}
local server = http.createServer(function(req, res)
    local url = req.url
    if url ~= "/late" then res:on("finish", function() t("finish", url, res.writableFinished) end) end
    answers[url](res)
end)
server.keepAliveTimeout = 7000
local function one(url, last)
    return ("GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n"):format(url, last and "Connection: close\r\n" or "")
end
local urls, asks = {}, {}
for url in pairs(answers) do
    if url ~= "/keep-chunked" then urls[#urls + 1] = url end
end
table.sort(urls)
for i, url in ipairs(urls) do asks[i] = one(url, url ~= "/close") end
asks[#asks + 1] = one("/te") .. one("/head-only") .. one("/204") .. one("/205", true)
for _, url in ipairs({ "/head-only", "/pieces", "/te", "/keep", "/204", "/304" }) do
    asks[#asks + 1] = (one(url, true):gsub("GET", "HEAD"))
end
for _, url in ipairs({ "/keep", "/keep-chunked", "/204", "/head-text", "/flush" }) do
    asks[#asks + 1] = ("GET %s HTTP/1.0\r\n\r\n"):format(url)
end
asks[#asks + 1] = "GET /keep HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    .. "GET /keep-chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
asks[#asks + 1] = "GET /head-only HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
asks[#asks + 1] = "GET /keep HTTP/1.1\r\nHost: x\r\nConnection: foo, CLOSE\r\n\r\n"
local function next_ask(i)
    if not asks[i] then return server:close(function() t("closed") end) end
    t.ask(server:address().port, asks[i], function(text)
        t(asks[i]:match("^[^\r]*"), text)
        next_ask(i + 1)
    end)
end
server:listen(0, "127.0.0.1", function() next_ask(1) end)
