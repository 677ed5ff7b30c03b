-- IDs: CL-43 CL-47 CL-60
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
-- Both ends at once; and a worker whose sibling is ended while clients connect.
if cluster.isPrimary then
    local listening, answers = 0, 0
    cluster.on("listening", function(_, a)
        listening = listening + 1
        if listening < 2 then return end
        local one, two = cluster.workers[1], cluster.workers[2]
        one:send("leave")
        one:disconnect()
        local ids = {}
        for id in pairs(cluster.workers) do table.insert(ids, tostring(id)) end
        t("asked", one.exitedAfterDisconnect, ids)
        one:on("exit", function()
            for _ = 1, 5 do
                local c = net.connect(a.port, "127.0.0.1")
                c:on("data", function(d) answers = answers + (d == "2" and 1 or 100) end)
                c:on("close", function()
                    if answers == 5 then
                        t("answers", answers)
                        answers = 0
                        two:disconnect()
                    end
                end)
            end
        end)
    end)
    cluster.on("disconnect", function(w) t("disconnect", w.id, w.exitedAfterDisconnect) end)
    -- The first one's code is left out: in Node its last word may meet a closed channel, which makes it 1.
    cluster.on("exit", function(w, code)
        t("exit", w.id, w.id == 1 and "some code" or code, w.exitedAfterDisconnect)
    end)
    cluster.fork()
    cluster.fork()
else
    t.role("worker " .. cluster.worker.id)
    net.createServer(function(s) s:end_(tostring(cluster.worker.id)) end):listen(0, "127.0.0.1")
    process.on("message", function()
        cluster.worker:disconnect()
        t("leaving", cluster.worker.exitedAfterDisconnect, cluster.worker.state)
    end)
    cluster.worker:on("disconnect", function() t("disconnect", cluster.worker:isConnected()) end)
end
