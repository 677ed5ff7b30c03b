-- IDs: CL-03 CL-28
local t = require("trace")
local cluster = require("cluster")
local errors = require("moonherd.errors")
local EventEmitter = require("events").EventEmitter
local empty = cluster.Worker()
t("empty", empty.id, empty.state, empty.process, empty.exitedAfterDisconnect)
local given = cluster.Worker({ id = 3, state = "online", process = process })
t("given", given.id, given.state, given.process == process, cluster.Worker({ id = 4 }).id)
local child = EventEmitter()
local w = cluster.Worker({ id = 5, process = child })
t.on(w, "worker", { "error", "message", "exit" })
local relayed = child:emit("message", "a message", "its handle")
t("relayed", relayed, child:emit("error", errors.new("Error", nil, "an error")), child:emit("exit", 0))
