-- IDs: CL-57 CL-22
local t = require("trace")
local cluster = require("cluster")
local errors = require("moonherd.errors")
local function fail(message) error(errors.new("Error", nil, message), 0) end
if cluster.isPrimary then
    process.on("uncaughtException", function(err, origin) t("caught", err.message, origin) end)
    local w = cluster.fork()
    w:on("online", function() fail("in a worker's listener") end)
    cluster.on("online", function() t("not heard by the cluster") end)
    cluster.on("message", function() fail("in the cluster's listener") end)
    w:on("message", function(m) t("not heard by the worker", m) end)
    local messages = 0
    cluster.prependListener("message", function(_, m)
        t("message", m)
        messages = messages + 1
        if messages == 2 then setImmediate(function() w:disconnect() end) end
    end)
    w:on("exit", function(code) t("exit", code) fail("in the exit's listener") end)
    cluster.on("exit", function() t("not heard by the cluster") end)
else
    process.send(1)
    process.send(2)
end
