-- IDs: HTTP-04 HTTP-15
local t = require("trace")
local errors = require("moonherd.errors")
local http = require("http")
local net = require("net")
local GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
local PART = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123"
local client
local function nothing() end
local function reset() client:resetAndDestroy() end
local function mine(text) return errors.new("Error", nil, text) end
local cases = {
    { "unread, the client resets", GET, reset },
    { "unread, the client ends", GET, function() client:end_() end, function(_, res) res:end_("ok") end },
    { "read, answered later", GET, nothing, function(req, res)
        req:resume():on("end", function()
            setImmediate(setImmediate, function() res:end_("ok", function() client:end_() end) end)
        end)
    end },
    { "waited for, the client ends", GET, function() client:end_() end, function(req) req:resume() end },
    { "half answered, the client ends", GET, function() client:end_() end, function(req, res)
        req:resume()
        res:write("a part")
    end },
    { "read, the client resets", GET, reset, function(req) req:resume() end },
    { "in mid-body, reset", PART, reset, function(req) req:resume() end },
    { "in mid-body, reset, unread", PART, reset },
    { "req.destroy()", GET, nothing, function(req) t("destroy", req:destroy() == req, req.destroyed, req.aborted) end },
    { "req.destroy(err)", PART, nothing, function(req) req:destroy(mine("mine")) req:destroy(mine("twice")) end },
    { "res.destroy()", GET, nothing, function(_, res) t("destroy", res:destroy() == res, res.destroyed) end },
    { "res.destroy(err)", GET, nothing, function(_, res)
        res:on("error", function(err) t("res error", err) end)
        res:destroy(mine("mine"))
    end },
    { "socket.destroy()", GET, nothing, function(req) req.socket:destroy() end },
}
local now
local server = http.createServer(function(req, res)
    t.on(req, "req", { "aborted", "end", "error", "close" })
    t.on(res, "res", { "finish", "close" })
    req:on("close", function()
        t("at close", req.complete, req.aborted, req.destroyed, req.readableEnded, res.writableFinished)
    end)
    if now[4] then now[4](req, res) end
    now[3]()
end)
server:on("clientError", function(err, socket) t("clientError", err.message, socket.destroyed) end)
local function next_case()
    now = table.remove(cases, 1)
    if not now then return server:close(function() t("closed") end) end
    t(now[1])
    local function begin()
        client = net.connect(server:address().port, "127.0.0.1", function() client:write(now[2]) end)
        client:on("error", nothing)
        client:on("data", nothing)
        server:once("connection", function(socket)
            socket:on("close", function() setImmediate(next_case) end)
        end)
    end
    if server.listening then begin() else server:listen(0, "127.0.0.1", begin) end
end
next_case()
