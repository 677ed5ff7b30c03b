-- IDs: HTTP-06 HTTP-07 HTTP-08 HTTP-09 HTTP-10 HTTP-11 HTTP-12
local t = require("trace")
local http = require("http")
local answers = {
    ["/plain"] = function(res) res:end_("x") end,
    ["/empty"] = function(res) res:end_() end,
    ["/chunked"] = function(res) res:write("one") res:write("two") res:end_("three") end,
    ["/head"] = function(res)
        local headers = { { "X-One", "1" }, { "x-two", { "a", "b" } } }
        for _, header in ipairs(headers) do res:setHeader(header[1], header[2]) end
        t("chains", res:writeHead(201, "Made") == res)
        res:end_()
    end,
    ["/length"] = function(res) res:setHeader("Content-Length", 3) res:write("abc") res:end_() end,
    ["/status"] = function(res) res.statusCode = 404 res.statusMessage = "Nowhere" res:end_("no") end,
    ["/204"] = function(res) res.statusCode = 204 res:end_("dropped") end,
    ["/304"] = function(res) res:writeHead(304) res:end_() end,
    ["/nodate"] = function(res) res.sendDate = false res:end_("y") end,
    ["/order"] = function(res)
        res:setHeader("B", "2")
        res:setHeader("A", "1")
        res:setHeader("b", "3")
        res:removeHeader("A")
        res:end_("z")
    end,
    ["/unknown"] = function(res) res:writeHead(799) res:end_("q") end,
}
local server = http.createServer(function(req, res)
    res:on("finish", function() t("finish", req.url) end)
    answers[req.url](res)
end)
server:listen(0, "127.0.0.1", function()
    local urls = {}
    for url in pairs(answers) do urls[#urls + 1] = url end
    table.sort(urls)
    local port = server:address().port
    local function next_one(i)
        if i > #urls then
            t.ask(port, "HEAD /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", function(text)
                t("HEAD", text)
                server:close()
            end)
            return
        end
        t.ask(port, ("GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):format(urls[i]), function(text)
            t(urls[i], text)
            next_one(i + 1)
        end)
    end
    next_one(1)
end)
