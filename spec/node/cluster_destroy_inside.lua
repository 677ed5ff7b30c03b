-- IDs: CL-44 CL-47 CL-48 CL-53
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local modes = { "disconnect, then destroy", "destroy twice", "failed listen" }
    local function next_one(i)
        if i > #modes then return end
        local w = cluster.fork({ MODE = modes[i] })
        w:on("disconnect", function() t("disconnect", w:isConnected(), w.exitedAfterDisconnect) end)
        w:on("exit", function(code) t("exit", code, w.exitedAfterDisconnect) next_one(i + 1) end)
    end
    next_one(1)
else
    local mode = process.env.MODE
    t.role(mode)
    local w = cluster.worker
    t("connected", w:isConnected(), w:isDead())
    process.on("exit", function(code) t("exit", code) end)
    if mode == "failed listen" then
        local server = net.createServer()
        server:on("error", function(err) t("error", err.code) w:disconnect() end)
        server:listen(0, "192.0.2.1")
    elseif mode == "destroy twice" then
        t("destroy", w:destroy(), w:destroy(), w.state, w:isConnected())
    else
        w:disconnect()
        w:on("disconnect", function()
            t("disconnect", w:isConnected(), w.exitedAfterDisconnect)
            w:destroy()
            t("never")
        end)
    end
end
