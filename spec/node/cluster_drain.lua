-- IDs: Q-03
local t = require("trace")
local cluster = require("cluster")
local http = require("http")
local net = require("net")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("listening", function(a)
        local c = net.connect(a.port, "127.0.0.1")
        local text = ""
        c:on("data", function(d) text = text .. d end)
        c:on("end", function()
            t("connection", text:match("[Cc]onnection: (%S+)"), text:find("\r\nlate$") ~= nil)
        end)
        c:write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        w:on("message", function() w:disconnect() end)
    end)
    w:on("exit", function(code) t("exit", code) end)
else
    local server = http.createServer(function(_, res)
        process.send("got it")
        setTimeout(function() res:end_("late") end, 200)
    end)
    server.keepAliveTimeout = 500
    server:listen(0, "127.0.0.1")
end
