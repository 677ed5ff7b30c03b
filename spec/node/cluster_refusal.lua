-- IDs: CL-73 NET-12
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local listening = 0
    local held, by = {}, {}
    cluster.on("listening", function(_, a)
        listening = listening + 1
        if listening < 2 then return end
        local function next_one(i)
            if i == 2 then
                table.sort(by)
                t("one each", by)
                for _, worker in pairs(cluster.workers) do worker:kill() end
                return
            end
            local c = net.connect(a.port, "127.0.0.1")
            c:on("error", function() end)
            held[#held + 1] = c
            c:on("data", function(d) by[#by + 1] = d next_one(i + 1) end)
        end
        next_one(0)
    end)
    cluster.on("exit", function(_, code, signal) t("exit", code, signal) end)
    cluster.fork()
    cluster.fork()
else
    local server = net.createServer(function(s) s:write(("%d"):format(cluster.worker.id)) end)
    server.maxConnections = 1
    server:on("drop", function() t("never") end)
    server:listen(0, "127.0.0.1")
end
