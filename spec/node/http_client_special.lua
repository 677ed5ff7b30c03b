-- IDs: HTTP-27
local t = require("trace")
local http = require("http")
local net = require("net")
local behave, port, step
local server = net.createServer(function(socket)
    socket:on("error", function() end)
    local heard = ""
    socket:on("data", function(data)
        heard = heard .. data
        behave(socket, heard)
    end)
end)
local function with(options)
    options.host, options.port, options.agent = "127.0.0.1", options.port or port, false
    return options
end
local function watch(req)
    t.on(req, "req", { "close", "continue", "drain", "error", "finish", "timeout" })
    req:on("information", function(info)
        t("information", info.statusCode, info.statusMessage, info.httpVersion, info.httpVersionMajor,
            info.httpVersionMinor, info.headers, info.rawHeaders)
    end)
    req:on("response", function(res)
        t("response", res.statusCode, res.upgrade)
        res:on("data", function(d) t("data", d) end)
        res:on("end", function() t("end") end)
    end)
    req:on("close", function() setImmediate(step) end)
end
local function switched(req, name)
    req:on(name, function(res, socket, head)
        t(name, res.statusCode, res.statusMessage, res.headers, head, socket == req.socket, socket.destroyed,
            req.res == res)
        socket:on("data", function(d) t("socket data", d) end)
        socket:on("end", function() t("socket end") end)
        socket:on("close", function() t("socket close") end)
        socket:end_("from the client")
    end)
end
local function ends(text, tail) return text:sub(-#tail) == tail end
local OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
local OFFER = { Connection = "Upgrade", Upgrade = "chat" }
local SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nfirst bytes"
local steps = {
    function()
        t("Expect: 100-continue")
        behave = function(socket, heard)
            if ends(heard, "body") then socket:write(OK) else socket:write("HTTP/1.1 100 Continue\r\n\r\n") end
        end
        local req = http.request(with({ method = "POST", headers = { "Host", "x", "Expect", "100-continue",
            "Content-Length", "4" } }))
        t("sent at once", req.headersSent)
        watch(req)
        req:on("continue", function() req:end_("body") end)
    end,
    function()
        t("interim answers")
        behave = function(socket)
            socket:write("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n"
                .. OK)
        end
        local req = http.request(with({}))
        watch(req)
        req:end_()
    end,
    function()
        t("upgrade")
        behave = function(socket, heard)
            if ends(heard, "from the client") then
                socket:end_("last words")
            elseif not heard:find("client", 1, true) then
                socket:write(SWITCH)
            end
        end
        local req = http.request(with({ headers = OFFER }))
        watch(req)
        switched(req, "upgrade")
        req:end_()
    end,
    function()
        t("upgrade that nobody listens to")
        local req = http.request(with({ headers = OFFER }))
        watch(req)
        req:on("close", function() t("socket", req.socket.destroyed) end)
        req:end_()
    end,
    function()
        t("an answer to an offer to upgrade")
        behave = function(socket)
            socket:end_("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        end
        local req = http.request(with({ headers = OFFER }))
        watch(req)
        switched(req, "upgrade")
        req:end_()
    end,
    function()
        t("CONNECT")
        behave = function(socket, heard)
            if ends(heard, "from the client") then
                socket:end_("last words")
            elseif not heard:find("client", 1, true) then
                socket:write("HTTP/1.1 200 Established\r\n\r\n")
            end
        end
        local req = http.request(with({ method = "CONNECT", path = "somewhere:80" }))
        watch(req)
        switched(req, "connect")
        req:end_()
    end,
    function()
        t("a body larger than the buffer")
        local size = 0
        local big = http.createServer(function(req, res)
            req:on("data", function(d) size = size + #d end)
            req:on("end", function() res:end_("got " .. size) end)
        end)
        big:listen(0, "127.0.0.1", function()
            local req = http.request(with({ port = big:address().port, method = "POST" }))
            watch(req)
            t("write", req:write(("x"):rep(1000)), req:write(("y"):rep(20000000)))
            t("need", req.writableNeedDrain)
            req:once("drain", function()
                t("drained", req.writableNeedDrain)
                req:end_()
                big:close()
            end)
        end)
    end,
    function()
        local path = process.env.TRACE_DIR .. "/http.sock"
        local unix = http.createServer(function(req, res)
            t("over a path", req.headers.host, req.url)
            res:end_("ok")
        end)
        unix:listen(path, function()
            local req = http.get({ socketPath = path, path = "/u", agent = false })
            watch(req)
            req:on("close", function() unix:close() end)
        end)
    end,
    function()
        behave = function(socket) socket:write(OK) end
        local req = http.get(with({ localAddress = "127.0.0.1", createConnection = function(options, callback)
            t("createConnection", options.host, options.port == port, options.localAddress, type(callback))
            return net.connect(options)
        end }))
        watch(req)
    end,
    function() server:close(function() t("closed") end) end,
}
step = function() table.remove(steps, 1)() end
server:listen(0, "127.0.0.1", function()
    port = server:address().port
    step()
end)
