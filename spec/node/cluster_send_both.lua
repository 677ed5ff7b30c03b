-- IDs: CL-46 CL-24 CP-65
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
-- Both ends send each other sockets at the same time, with messages between them.
local rounds = 10
local function exchange(send, label, done)
    local count, sockets, wrong = 0, 0, 0
    local server = net.createServer({ pauseOnConnect = true }, function(socket)
        send("socket", socket)
        send("after")
    end)
    server:listen({ port = 0, host = "127.0.0.1", exclusive = true }, function()
        for _ = 1, rounds do
            local c = net.connect(server:address().port, "127.0.0.1")
            c:on("error", function() end):resume()
        end
    end)
    return function(m, socket)
        count = count + 1
        if m ~= (count % 2 == 0 and "after" or "socket") then wrong = wrong + 1 end
        if socket then
            sockets = sockets + 1
            socket:destroy()
        end
        if count < 2 * rounds then return end
        t(label, sockets, wrong)
        server:close()
        done()
    end
end
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("message", exchange(function(...) w:send(...) end, "the primary got", function() end))
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    process.on("message", exchange(process.send, "the worker got", function()
        setTimeout(function() cluster.worker:disconnect() end, 300)
    end))
end
