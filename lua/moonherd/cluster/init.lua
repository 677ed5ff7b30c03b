--- cluster, as Node's: one master, many workers, one address.
--
--     local cluster = require "cluster"
--
--     if cluster.isPrimary then
--         for _ = 1, 4 do cluster.fork() end
--     else
--         require("http").createServer(function(_, res) res:end_("hello") end):listen(8000)
--     end
--
-- The environment decides the role, as in Node: a process forked by `cluster.fork` has NODE_UNIQUE_ID.

local process = require("moonherd.process")

if process.env.NODE_UNIQUE_ID then
    return require("moonherd.cluster.child")
end
return require("moonherd.cluster.primary")
