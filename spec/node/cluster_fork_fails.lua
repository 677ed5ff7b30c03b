-- IDs: CL-10 CL-15
local t = require("trace")
local cluster = require("cluster")
cluster.setupPrimary({ stdio = { "pipe" } })
local ok, err = pcall(cluster.fork)
if ok then t("forked") else t("thrown", err) end
cluster.setupPrimary({ stdio = "pipe", cwd = "/", exec = "/no/such/script", silent = true })
local w = cluster.fork()
t("id", w.id)
w:on("exit", function(code) t("exit", code, w.exitedAfterDisconnect) end)
