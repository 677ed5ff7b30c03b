-- IDs: CL-21 CL-22 CL-46
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    -- Before the worker is there, and a connection that the primary itself has made.
    local w = cluster.fork()
    t("sent", w:send("before it is there"), w.state)
    cluster.on("fork", function(worker) t("fork", worker == w, worker.state, worker:send("at fork")) end)
    w:on("online", function() t("online", w.state, w:send("online")) end)
    local server
    server = net.createServer(function(s)
        s:on("data", function(d) t("data", d) s:end_() server:close() end)
    end)
    w:once("message", function()
        server:listen(0, "127.0.0.1", function()
            local c
            c = net.connect(server:address().port, "127.0.0.1", function() w:send("a connection", c) end)
        end)
    end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    local count = 0
    process.on("message", function(m, socket)
        t("message", m, socket ~= nil)
        count = count + 1
        if count == 3 then process.send("all three") end
        if not socket then return end
        socket:end_("from the worker", function() cluster.worker:disconnect() end)
    end)
end
