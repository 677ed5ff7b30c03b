-- IDs: Q-05
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    -- One worker fails at an address, another then has it; the first shares it.
    local busy = net.createServer()
    busy:listen(0, "127.0.0.1", function()
        local port = busy:address().port
        local first = cluster.fork()
        first:send(port)
        first:on("message", function(m)
            t("first", m)
            if m ~= "EADDRINUSE" or not busy.listening then return first:kill() end
            busy:close(function()
                local second = cluster.fork()
                second:send(port)
                second:on("message", function(n) t("second", n) first:send(port) end)
                first:on("exit", function() second:kill() end)
            end)
        end)
    end)
else
    process.on("message", function(port)
        local server = net.createServer()
        server:on("error", function(err) process.send(err.code) end)
        server:listen(port, "127.0.0.1", function() process.send("listening") end)
    end)
end
