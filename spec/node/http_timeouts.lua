-- IDs: HTTP-02 HTTP-26
local t = require("trace")
local http = require("http")
local net = require("net")
local handler
local server = http.createServer(function(req, res) handler(req, res) end)
t("default", server.timeout, server:setTimeout(40) == server, server.timeout)
local function get(done)
    local socket
    socket = net.connect(server:address().port, "127.0.0.1", function()
        socket:write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    end)
    local text = ""
    socket:on("data", function(data) text = text .. data end)
    socket:on("error", function(err) text = text .. err.code end)
    socket:on("close", function() done((text:gsub("Date: [^\r]*", "Date: <date>"))) end)
end
local step
local function answer(label)
    return function(text) t(label, text) step() end
end
local closing = { Connection = "close" }
local steps = {
    function()
        handler = function(req)
            req:on("aborted", function() t("aborted") end)
            req:on("close", function() t("req close", req.destroyed) end)
        end
        server:setTimeout(40)
        get(answer("nobody listens"))
    end,
    function()
        handler = function(req, res)
            server:once("timeout", function(socket)
                t("server timeout", socket == req.socket, socket.destroyed)
                res:writeHead(503, closing)
                res:end_()
            end)
        end
        get(answer("the server listens"))
    end,
    function()
        server:setTimeout(0)
        handler = function(req, res)
            t("req.setTimeout", req:setTimeout(40, function() t("never: the request is complete") end) == req)
            setTimeout(function() res:writeHead(200, closing) res:end_("after") end, 150)
            res:setTimeout(40, function(socket) t("res timeout", socket == req.socket) end)
        end
        get(answer("the response listens"))
    end,
    function()
        handler = function(req, res)
            req.socket:setTimeout(40)
            req.socket:once("timeout", function() t("socket timeout") res:writeHead(200, closing) res:end_("x") end)
            server:once("timeout", function() t("server too") end)
        end
        get(answer("the socket and the server listen"))
    end,
    function()
        server:setTimeout(40, function() t("by callback") end)
        handler = function(_, res)
            setTimeout(function() res:writeHead(200, closing) res:end_("x") end, 150)
        end
        get(function(text)
            t("callback", text, server:listenerCount("timeout"))
            server:removeAllListeners("timeout")
            step()
        end)
    end,
    function() server:close(function() t("closed") end) end,
}
step = function() table.remove(steps, 1)() end
server:listen(0, "127.0.0.1", step)
