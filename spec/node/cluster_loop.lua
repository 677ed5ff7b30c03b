-- IDs: CL-51 CL-92 CL-70
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
-- What keeps a worker whose channel is ended alive: a server, unless it is unref'ed or closed.
if cluster.isPrimary then
    local modes = { "ref", "unref before", "unref after", "ref again", "closed" }
    local function next_one(i)
        if i > #modes then return end
        local w = cluster.fork({ MODE = modes[i] })
        w:on("exit", function(code) t("exit", modes[i], code) next_one(i + 1) end)
    end
    next_one(1)
else
    local mode = process.env.MODE
    cluster.worker.exitedAfterDisconnect = true -- so that the end of the channel is no end of the process
    process.on("exit", function() process.exitCode = process.exitCode or 1 end)
    local server = net.createServer()
    if mode == "unref before" then server:unref() end
    if mode == "ref again" then server:unref():ref() end
    server:listen(0, "127.0.0.1", function()
        if mode == "unref after" then server:unref() end
        if mode == "closed" then server:close() end
        process.disconnect()
        local timer = setTimeout(function() process.exitCode = 2 process.exit() end, 300)
        timer:unref()
    end)
end
