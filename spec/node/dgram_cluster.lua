-- IDs: CL-97 CL-98 DG-13
local t = require("trace")
local cluster = require("cluster")
local dgram = require("dgram")
local WORKERS, DATAGRAMS = 2, 40
if cluster.isPrimary then
    t("policy", cluster.schedulingPolicy == cluster.SCHED_RR)
    local ready, received, asked, listening, port = 0, 0, 0, 0, nil
    local client = dgram.createSocket("udp4")
    for _ = 1, WORKERS do
        local w = cluster.fork()
        w.process:on("internalMessage", function(m)
            if m.act == "queryServer" then
                asked = asked + 1
            end
        end)
        w:on("listening", function(a)
            if not port then
                port = a.port
                t.mask("PORT", port)
            end
            listening = listening + 1
            t("a worker listens", a, listening)
        end)
        w:on("message", function(message)
            if message == "ready" then
                ready = ready + 1
                for _ = 1, ready == WORKERS and DATAGRAMS or 0 do
                    client:send("x", port, "127.0.0.1")
                end
                return
            end
            received = received + 1
            if received == DATAGRAMS then
                client:close()
                for _, worker in pairs(cluster.workers) do
                    worker:send("done")
                end
            end
        end)
        w:on("exit", function(code) t("exit", code) end)
    end
    process.on("exit", function() t("received", received, "asked", asked) end)
else
    t.role("worker " .. cluster.worker.id)
    local s = dgram.createSocket("udp4")
    s:on("message", function() process.send(1) end)
    s:bind(0, "127.0.0.1", function()
        t("bound", s:address())
        local own = dgram.createSocket("udp4")
        own:bind({ port = 0, address = "127.0.0.1", exclusive = true }, function()
            t("exclusive is another", own:address().port ~= s:address().port)
            local implicit = dgram.createSocket("udp4")
            implicit:send("hello", own:address().port, "127.0.0.1")
            implicit:on("listening", function() t("implicit", implicit:address().port ~= s:address().port) end)
            own:on("message", function(text)
                t("own", text)
                own:close()
                implicit:close()
                local connected = dgram.createSocket("udp4")
                connected:connect(9, "127.0.0.1", function()
                    t("connected")
                    connected:close(function() process.send("ready") end)
                end)
            end)
        end)
    end)
    process.on("message", function() s:close(function() process.disconnect() end) end)
end
