-- IDs: NET-01 NET-02 NET-20 NET-31
local t = require("trace")
local net = require("net")
local path = ("%s/net_options_%d.sock"):format(os.getenv("TMPDIR") or "/tmp", process.pid)
t.mask("path", path)
for _, bad in ipairs({ 1, 128 }) do
    t.throws("hints", function() net.connect({ port = 1, host = "localhost", hints = bad }) end)
end
t.throws("hints", function() net.Socket():connect({ port = 1, host = "localhost", hints = 1 }) end)
local function refused(label, fn)
    local ok, err = pcall(fn)
    if not ok then t(label, err.name, err.code) end
end
for _, bad in ipairs({ 1.5, -1 }) do
    refused("hints", function() net.connect({ port = 1, host = "localhost", hints = bad }) end)
end
refused("everybody's name", function() net.createServer():listen({ path = "\0net_options", readableAll = true }) end)
refused("nothing", function() net.createServer():listen({ host = "127.0.0.1" }) end)
refused("nothing", function() net.connect({ host = "127.0.0.1" }) end)
t.throws("localPort", function() net.connect({ port = 1, localPort = "x" }) end)
for _, bad in ipairs({ "x", "localhost", "1.2.3" }) do
    t.throws("localAddress", function() net.connect({ port = 1, localAddress = bad }) end)
end
for _, bad in ipairs({ "x", -1 }) do refused("timeout", function() net.connect({ port = 1, timeout = bad }) end) end
t.throws("highWaterMark", function() net.createServer({ highWaterMark = "x" }) end)
t.throws("keepAliveInitialDelay", function() net.createServer({ keepAliveInitialDelay = "x" }) end)

-- A port comes before a path where a server listens, and a path before a port where one connects.
local function exists(name)
    local _, _, code = io.open(name)
    return code ~= 2
end
local at_port
at_port = net.createServer(function(s) t("at the port", s.localFamily) s:end_() end)
at_port:listen({ port = 0, host = "127.0.0.1", path = path }, function()
    t("listens", type(at_port:address()) == "table" and "object", exists(path))
    local at_path = net.createServer(function(s) t("at the path", s.localFamily) s:end_() end)
    at_path:listen({ path = path, backlog = 5, host = "nowhere.invalid", ipv6Only = true }, function()
        t("listens", at_path:address())
        local c = net.connect({ path = path, port = at_port:address().port, host = "nowhere.invalid", family = 6 })
        t.on(c, "by path", { "lookup", "end", "close" })
        c:resume():on("close", function()
            at_path:close()
            local port = ("%d"):format(at_port:address().port)
            local d = net.connect({ port = port, host = "127.0.0.1", localAddress = "127.0.0.1", hints = 0,
                family = 4, noDelay = true, keepAlive = true, keepAliveInitialDelay = 2000, timeout = 60000 })
            t("timeout", d.timeout)
            t.on(d, "by port", { "lookup", "connect", "end", "close" })
            d:resume():on("close", function() at_port:close() end)
        end)
    end)
end)
