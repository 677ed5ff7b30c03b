-- IDs: CL-01
local t = require("trace")
local cluster = require("cluster")
local fork = require("child_process").fork
if process.argv[3] then
    process.send({ cluster.isPrimary, cluster.worker == nil })
    process.disconnect()
elseif cluster.isPrimary then
    local w = cluster.fork()
    w:on("message", function(m) t("grandchild", m) w:disconnect() end)
else
    fork(process.argv[2], { "grandchild" }):on("message", function(m) process.send(m) end)
end
