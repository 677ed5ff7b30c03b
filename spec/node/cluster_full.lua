-- IDs: Q-04
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local listening, refusals = 0, 0
    cluster.on("listening", function(_, a)
        listening = listening + 1
        if listening < 2 then return end
        local clients = {}
        local function next_one(i)
            local c = net.connect(a.port, "127.0.0.1")
            table.insert(clients, c)
            c:on("error", function() end)
            if i < 2 then
                c:once("data", function() next_one(i + 1) end)
                return
            end
            -- The workers are full: this one waits.
            c:on("data", function(d)
                t("served", d)
                cluster.disconnect()
                for _, each in ipairs(clients) do each:destroy() end
            end)
            local looks, timer = 0, nil
            timer = setInterval(function()
                looks = looks + 1
                if refusals <= 100 and looks < 75 then return end
                clearInterval(timer)
                t("asked again and again", refusals > 100)
                clients[1]:destroy()
            end, 20)
        end
        next_one(0)
    end)
    for _ = 1, 2 do
        local w = cluster.fork()
        w.process:on("internalMessage", function() refusals = refusals + 1 end)
        w:on("exit", function(code) t("exit", code) end)
    end
else
    local server = net.createServer(function(s) s:on("error", function() end) s:resume() s:write("a worker") end)
    server.maxConnections = 1
    server:listen(0, "127.0.0.1")
end
