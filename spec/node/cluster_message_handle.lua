-- IDs: CL-24 CL-46 CL-50 CL-95
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local w = cluster.fork()
    local first
    cluster.on("message", function(worker, m, socket)
        first = socket
        t("cluster", worker == w, m, socket ~= nil and socket.destroySoon ~= nil)
    end)
    w:on("message", function(m, socket) t("worker", m, socket == first) end)
    w.process:on("message", function(m, socket)
        t("process", m, socket == first, socket.remoteAddress)
        socket:end_("from the primary")
    end)
    w:on("listening", function(a)
        net.connect(a.port, "127.0.0.1"):on("data", function(d)
            t("client", d)
            w:send({ list = { 1, "two", { 3 } }, deep = { a = { b = true } } })
        end)
    end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    local server = net.createServer({ pauseOnConnect = true })
    server:on("connection", function(socket) process.send("a connection", socket) end)
    server:listen(0, "127.0.0.1")
    cluster.worker:on("message", function(m, handle) t("worker", m, handle) end)
    process.on("message", function(m, handle) t("process", m, handle) process.exit() end)
end
