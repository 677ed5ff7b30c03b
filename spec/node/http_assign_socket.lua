-- IDs: HTTP-30
local t = require("trace")
local http = require("http")
local net = require("net")
local function request(method, minor)
    return { method = method, httpVersionMajor = 1, httpVersionMinor = minor, headers = {} }
end
local cases = {
    { "whole", function(res, socket)
        res:assignSocket(socket)
        t("socket", res.socket == socket)
        t("end", res:end_("hello") == res, res.headersSent)
    end },
    { "in pieces", function(res, socket)
        res:assignSocket(socket)
        res:setHeader("X-Mine", "1")
        t("write", res:write("one ", function() t("written") end))
        res:write("two")
        res:end_()
    end },
    { "written before there is a socket", function(res, socket)
        t("write", res:write("early "), res.headersSent, res.socket)
        res:end_("late", function() t("end's callback") end)
        t("ended", res.writableEnded, res.writableFinished)
        res:assignSocket(socket)
    end },
    { "writeHead with trailers", function(res, socket)
        res:assignSocket(socket)
        res:writeHead(201, "Fine", { Trailer = "X-Sum" })
        res:write("x")
        res:addTrailers({ ["X-Sum"] = "1" })
        res:end_()
    end },
    { "HEAD", function(res, socket) res:assignSocket(socket) res:end_("not sent") end, request("HEAD", 1) },
    { "HTTP/1.0", function(res, socket) res:assignSocket(socket) res:end_("old") end, request("GET", 0) },
    { "HTTP/1.0 in pieces", function(res, socket)
        res:assignSocket(socket)
        res:write("old ")
        res:end_("too")
    end, request("GET", 0) },
    { "interim", function(res, socket)
        res:assignSocket(socket)
        res:writeContinue()
        res:writeProcessing()
        res:end_("x")
    end },
    { "a second socket, a second response", function(res, socket)
        res:assignSocket(socket)
        t.throws("taken", function() http.ServerResponse(request("GET", 1)):assignSocket(socket) end)
        res:detachSocket(socket)
        t("detached", res.socket)
        res:assignSocket(socket)
        res:end_("again")
    end },
    { "a client that goes", function(res, socket)
        res:assignSocket(socket)
        res:on("close", function() t("lost", res.writableFinished, res.destroyed) end)
        socket:resume()
        t("flush", res:flushHeaders())
        setImmediate(function() socket:destroy() end)
    end },
}
local now
local server = net.createServer(function(socket)
    socket:once("data", function()
        local res = http.ServerResponse(now[3] or request("GET", 1))
        t.on(res, "res", { "finish", "error", "drain" })
        res:on("socket", function(s) t("res socket", s == socket) end)
        res:on("finish", function()
            t("at finish", res.writableEnded, res.writableFinished, res.socket == socket, socket.destroyed,
                socket.writable)
            res:detachSocket(socket)
            socket:end_()
        end)
        t.throws("case", function() now[2](res, socket) end)
    end)
end)
local function next_case()
    now = table.remove(cases, 1)
    if not now then return server:close(function() t("closed") end) end
    t(now[1])
    t.ask(server:address().port, "GET / HTTP/1.1\r\n\r\n", function(text)
        t("answer", text)
        next_case()
    end)
end
server:listen(0, "127.0.0.1", next_case)
