// IDs: CL-75 CL-78 CL-92
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const ports = {};
  let done = 0;
  cluster.on("message", (w, m) => {
    ports[w.id] = m;
    if (++done < 2) return;
    t("two ports each", m[0] !== m[1]);
    t("shared by index", ports[1][0] === ports[2][0], ports[1][1] === ports[2][1]);
    for (const id in cluster.workers) cluster.workers[id].send("unref");
  });
  cluster.on("exit", (w, code) => t("exit", code));
  cluster.fork();
  cluster.fork();
} else {
  const a = net.createServer(), b = net.createServer();
  a.listen(0, "127.0.0.1", () => b.listen(0, "127.0.0.1", () => process.send([a.address().port, b.address().port])));
  process.on("message", () => { a.unref(); b.unref(); b.ref(); b.unref(); process.exitCode = 3; process.disconnect(); });
  cluster.worker.exitedAfterDisconnect = true;
}
