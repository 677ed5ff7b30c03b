-- IDs: CL-74 CL-78 CL-89
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    cluster.schedulingPolicy = cluster.SCHED_NONE
    local busy = net.createServer()
    busy:listen(0, "127.0.0.1", function()
        local w = cluster.fork({ BUSY = busy:address().port })
        w:on("listening", function(a) t.mask("OWN", a.port) t("listening", a) end)
        w:on("exit", function(code) t("exit", code) busy:close() end)
    end)
else
    t.role("worker")
    local port = tonumber(process.env.BUSY)
    t.mask("BUSY", port)
    local refused = net.createServer()
    refused:on("error", function(err)
        t("refused", err, refused.listening)
        local server = net.createServer(function(s) s:end_("hello") end)
        server:listen(0, "127.0.0.1", function()
            local own = server:address().port
            t("first", server.listening)
            server:close(function()
                server:listen(own, "127.0.0.1", function()
                    t("again", server:address().port == own)
                    net.connect(own, "127.0.0.1"):on("data", function(d) t("data", d) cluster.worker:disconnect() end)
                end)
            end)
        end)
    end)
    refused:listen(port, "127.0.0.1")
end
