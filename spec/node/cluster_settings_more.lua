-- IDs: CL-11 CL-12 CL-13
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    -- What the script was called with is read when the settings are made.
    table.insert(process.argv, "late")
    cluster.setupPrimary()
    t("args", cluster.settings.args)
    cluster.setupPrimary({ stdio = { "pipe", "pipe", "pipe", "pipe", "ipc" }, args = { "x", "y" } })
    local keys = {}
    for key in pairs(cluster.settings) do table.insert(keys, key) end
    table.sort(keys)
    t("stdio", cluster.settings.stdio, keys)
    table.insert(cluster.settings.args, "z")
    local w = cluster.fork()
    t("streams", w.process.stdin ~= nil, w.process.stdout ~= nil, w.process.stdio[3] ~= nil)
    local text = ""
    w.process.stdio[3]:on("data", function(d) text = text .. d end)
    w:on("message", function(m) t("argv", m) end)
    w.process:on("close", function(code)
        t("closed", code, text)
        -- Between two forks.
        cluster.setupPrimary({
            args = { "of the second" }, silent = true, stdio = { "ignore", "ignore", "ignore", "ignore", "ipc" },
        })
        cluster.fork():on("message", function(m) t("argv", m) end)
    end)
    for _, stdio in ipairs({ { "pipe" }, { "ipc", "ipc" } }) do
        t.throws("stdio", function() cluster.setupPrimary({ stdio = stdio }) cluster.fork() end)
    end
    cluster.setupPrimary({ stdio = { "pipe", "pipe", "pipe", "pipe", "ipc" } })
else
    local ok, three = pcall(require("net").Socket, { fd = 3 })
    if ok then three:write("through three") end
    process.send({ unpack(process.argv, 3) }, function() process.exit() end)
end
