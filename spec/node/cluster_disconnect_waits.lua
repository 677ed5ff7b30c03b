-- IDs: Q-02
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local online = 0
    local gone = {}
    local function ready()
        online = online + 1
        if online == 2 then cluster.disconnect(function() t("callback", #gone) end) end
    end
    for i = 0, 1 do
        local w = cluster.fork({ SLOW = i })
        w:on("message", ready)
        w:on("exit", function() gone[#gone + 1] = w.id end)
    end
else
    process.send("ready")
    if process.env.SLOW == "1" then setTimeout(function() end, 1500) end
    cluster.worker:on("disconnect", function() end)
end
