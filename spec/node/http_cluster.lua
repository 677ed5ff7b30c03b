-- IDs: HTTP-31 CL-71 CL-95
local t = require("trace")
local cluster = require("cluster")
local http = require("http")
if cluster.isPrimary then
    local workers = { cluster.fork(), cluster.fork() }
    local listening = 0
    cluster.on("listening", function(_, a)
        listening = listening + 1
        if listening < 2 then return end
        local twice = "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        t.ask(a.port, twice, function(first)
            t.ask(a.port, twice, function(second)
                local ids = {}
                for id in (first .. second):gmatch("by %d") do ids[#ids + 1] = id end
                t("same worker for a connection", #ids, ids[1] == ids[2], ids[3] == ids[4], ids[1] == ids[3])
                for _, worker in ipairs(workers) do worker:disconnect() end
            end)
        end)
    end)
    cluster.on("exit", function(_, code) t("exit", code) end)
else
    http.createServer(function(_, res) res:end_(("by %d"):format(cluster.worker.id)) end):listen(0, "127.0.0.1")
end
