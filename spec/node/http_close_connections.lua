-- IDs: HTTP-23 HTTP-24 HTTP-25
local t = require("trace")
local http = require("http")
local net = require("net")
local function say(role, ...) t.role(role) t(...) t.role("main") end
local held, upgraded, step
local server = http.createServer({ keepAliveTimeout = 1000 }, function(req, res)
    if req.url ~= "/busy" then return res:end_("ok") end
    held = res
    step()
end)
server:on("upgrade", function(_, socket)
    upgraded = socket
    socket:on("close", function() say("upgrade", "server side closed") end)
    socket:write("HTTP/1.1 101 Switching Protocols\r\n\r\n")
end)
local clients = {}
local function client(role, text)
    local socket
    socket = net.connect(server:address().port, "127.0.0.1", function() socket:write(text) end)
    clients[role] = socket
    socket:on("data", function(data)
        say(role, "got", (data:gsub("Date: [^\r]*", "Date: <date>")))
        if role ~= "busy" then step() end
    end)
    socket:on("end", function() say(role, "end") end)
    socket:on("close", function()
        say(role, "close")
        if role == "idle" or role == "busy" then step() end
    end)
end
local function left(label)
    local open = {}
    for role, socket in pairs(clients) do
        if not socket.destroyed then open[#open + 1] = role end
    end
    table.sort(open)
    t(label, open)
end
local steps = {
    function() client("fresh", "") end,
    function() client("partial", "GET /partial HTTP/1.1\r\nHost: x\r\n") end,
    function() client("upgrade", "GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n") end,
    function() client("busy", "GET /busy HTTP/1.1\r\nHost: x\r\n\r\n") end,
    function() client("idle", "GET /idle HTTP/1.1\r\nHost: x\r\n\r\n") end,
    function() server:closeIdleConnections() end,
    function()
        left("after closeIdleConnections")
        server:close(function(err) t("server closed", err) end)
        t("listening", server.listening, server:address())
        held:end_("late")
    end,
    function()
        left("after close, and the reply")
        server:closeAllConnections()
        setTimeout(function()
            left("after closeAllConnections")
            upgraded:end_()
            clients.upgrade:end_()
        end, 50)
    end,
}
step = function()
    if #steps > 0 then table.remove(steps, 1)() end
end
server:on("connection", function() if #steps > 5 then setImmediate(step) end end)
server:listen(0, "127.0.0.1", step)
