-- IDs: NET-13 ER-07
local t = require("trace")
local net = require("net")
local fork = require("child_process").fork
if process.argv[3] then
    local held
    process.on("message", function(m, socket)
        if m == "socket" then held = socket process.send("got") end
        if m == "close" then held:on("close", function() process.send("closed") end) held:destroy() end
        if m == "spin" then process.send("spins", function() while true do end end) end
    end)
else
    local child = fork(process.argv[2], { "child" })
    local server = net.createServer({ pauseOnConnect = true })
    local clients = {}
    local connections = 0
    local function connect(...)
        table.insert(clients, net.connect(server:address().port, "127.0.0.1", ...))
    end
    local function count(label, next_step)
        server:getConnections(function(err, n) t(label, err, n) if next_step then next_step() end end)
    end
    server:on("connection", function(socket)
        connections = connections + 1
        if connections == 1 then return socket:resume() end
        if connections == 2 then return count("both here", function() child:send("socket", socket) end) end
        child:send("socket", socket)
    end)
    child:on("message", function(m)
        if m == "got" and connections == 2 then count("one there", function() child:send("close") end) end
        if m == "closed" then count("one left", connect) end
        if m == "got" and connections == 3 then child:send("spin") end
        if m == "spins" then
            count("never to be answered")
            child:kill("SIGKILL")
        end
    end)
    child:on("exit", function() process.exit() end)
    t.throws("no callback", function() server:getConnections() end)
    server:listen(0, "127.0.0.1", function()
        connect(function() connect() end)
    end)
end
