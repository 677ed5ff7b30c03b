-- IDs: PR-70
local t = require("trace")
local net = require("net")
local dgram = require("dgram")
local spawn = require("child_process").spawn
-- In Node a timer that runs, and what is not closed quite yet, counts still.
local function later(fn)
    return function() setTimeout(function() setImmediate(fn) end, 20) end
end
local function active(label)
    local list = process.getActiveResourcesInfo()
    table.sort(list)
    t(label, list)
end

active("nothing")
local timer = setTimeout(function() end, 60000)
local every = setInterval(function() end, 60000)
setTimeout(function() end, 60000):unref()
setTimeout(function() end, 1):unref()
setImmediate(function() end):unref()
clearTimeout(setTimeout(function() end, 60000))
local soon = setImmediate(function() end)
active("timers")
clearInterval(every)
clearImmediate(soon)
timer:unref()
active("none of them")
process.on("SIGUSR2", function() end)
active("a signal")

local client, server, udp, path, child
server = net.createServer(function(socket)
    later(function()
        active("connected")
        socket:unref()
        active("one end unref'd")
        socket:ref()
        client:destroy()
        server:close(later(udp))
    end)()
end)
server:listen(0, "127.0.0.1", function()
    active("listening")
    client = net.connect(server:address().port, "127.0.0.1")
end)

function udp()
    active("closed")
    local socket = dgram.createSocket("udp4")
    socket:bind(0, "127.0.0.1", function()
        active("bound")
        socket:unref()
        active("unref'd")
        socket:close(later(path))
    end)
end

function path()
    local served
    served = net.createServer():listen(process.env.TRACE_DIR .. "/s", function()
        active("path")
        served:close(later(child))
    end)
end

function child()
    local sleeper = spawn("sleep", { "60" })
    active("child")
    sleeper:unref()
    active("child unref'd")
    sleeper:ref()
    sleeper:on("close", later(function() active("over") end))
    sleeper:kill()
end
