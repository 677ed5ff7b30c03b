// IDs: CL-21 CL-22 CL-46
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  // Before the worker is there, and a connection that the primary itself has made.
  const w = cluster.fork();
  t("sent", w.send("before it is there"), w.state);
  cluster.on("fork", (worker) => t("fork", worker === w, worker.state, worker.send("at fork")));
  w.on("online", () => t("online", w.state, w.send("online")));
  const server = net.createServer((s) => { s.on("data", (d) => { t("data", d.toString()); s.end(); server.close(); }); });
  w.once("message", () => server.listen(0, "127.0.0.1", () => {
    const c = net.connect(server.address().port, "127.0.0.1", () => w.send("a connection", c));
  }));
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  let count = 0;
  process.on("message", (m, socket) => {
    t("message", m, socket instanceof net.Socket);
    if (++count === 3) process.send("all three");
    if (!socket) return;
    socket.end("from the worker", () => cluster.worker.disconnect());
  });
}
