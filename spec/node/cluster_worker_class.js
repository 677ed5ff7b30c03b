// IDs: CL-03 CL-28
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const EventEmitter = require("events");
const empty = new cluster.Worker();
t("empty", empty.id, empty.state, empty.process, empty.exitedAfterDisconnect);
const given = new cluster.Worker({ id: 3, state: "online", process });
t("given", given.id, given.state, given.process === process, cluster.Worker({ id: 4 }).id);
const child = new EventEmitter();
const w = new cluster.Worker({ id: 5, process: child });
t.on(w, "worker", ["error", "message", "exit"]);
t("relayed", child.emit("message", "a message", "its handle"), child.emit("error", new Error("an error")), child.emit("exit", 0));
