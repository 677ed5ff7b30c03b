-- IDs: HTTP-18 HTTP-02
local t = require("trace")
local http = require("http")
local net = require("net")
local asks = {
    { "method", "NONSENSE / HTTP/1.1\r\nHost: x\r\n\r\n" },
    { "another protocol", "GET / FTP/1.1\r\nHost: x\r\n\r\n" },
    { "header name", "GET / HTTP/1.1\r\nHost: x\r\nX Y: z\r\n\r\n" },
    { "no colon", "GET / HTTP/1.1\r\nHost: x\r\nX\r\n\r\n" },
    { "control character", "GET / HTTP/1.1\r\nHost: x\r\nX: \1\r\n\r\n" },
    { "header overflow", "GET / HTTP/1.1\r\nHost: x\r\nX: " .. ("y"):rep(20000) .. "\r\n\r\n" },
    { "url overflow", "GET /" .. ("y"):rep(20000) .. " HTTP/1.1\r\nHost: x\r\n\r\n" },
    { "content length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n" },
    { "negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" },
    { "huge length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n" },
    { "encoding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n" },
    { "chunk size", "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" },
    { "chunk end", "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n" },
    { "cut head", "GET / HTTP/1.1\r\nHost", true },
    { "cut body", "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc", true },
    { "nothing", "", true },
}
local function ask(port, request, ends, done)
    local socket
    socket = net.connect({ port = port, host = "127.0.0.1", allowHalfOpen = true }, function()
        if ends then socket:end_(request) else socket:write(request) end
    end)
    local text = ""
    socket:on("data", function(d) text = text .. d end)
    socket:on("end", function() socket:end_() end)
    socket:on("error", function() end)
    socket:on("close", function() done((text:gsub("Date: [^\r]*", "Date: <date>"))) end)
end
local function handler(req)
    t("request", req.url)
    req:on("data", function() end)
    req:on("error", function(err) t("req error", err) end)
    req:on("close", function() t("req close") end)
end
local server = http.createServer(handler)
local function begin(label, done)
    t(label)
    server:listen(0, "127.0.0.1", function()
        local function next_one(i)
            if i > #asks then return server:close(done) end
            t(asks[i][1])
            ask(server:address().port, asks[i][2], asks[i][3], function(text) t("answer", text) next_one(i + 1) end)
        end
        next_one(1)
    end)
end
local function slow()
    local impatient = http.createServer({ headersTimeout = 50, requestTimeout = 80, connectionsCheckingInterval = 20 },
        handler)
    impatient:listen(0, "127.0.0.1", function()
        local port = impatient:address().port
        ask(port, "GET / HTTP/1.1\r\nHo", false, function(text)
            t("slow head", text)
            ask(port, "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na", false, function(body)
                t("slow body", body)
                impatient:once("clientError", function(err, socket)
                    t("clientError", err.code, err.message, socket.writable)
                    socket:end_("HTTP/1.1 408 Mine\r\n\r\n")
                end)
                ask(port, "GET / HTTP/1.1\r\nHo", false, function(mine)
                    t("answered by hand", mine)
                    impatient:close(function() t("closed") end)
                end)
            end)
        end)
    end)
end
begin("nobody listens", function()
    server:on("clientError", function(err, socket)
        t("clientError", err.name, err.code, err.message:sub(1, 12), socket.writable, socket.destroyed,
            socket.remoteAddress)
        t("packet", err.rawPacket and (#err.rawPacket > 100 and "long" or err.rawPacket))
        socket:end_("HTTP/1.1 400 Mine\r\n\r\n")
    end)
    begin("clientError listens", slow)
end)
