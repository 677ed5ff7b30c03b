// IDs: CL-24 CL-46 CL-50 CL-95
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  let first;
  cluster.on("message", (worker, m, socket) => { first = socket; t("cluster", worker === w, m, socket instanceof net.Socket); });
  w.on("message", (m, socket) => t("worker", m, socket === first));
  w.process.on("message", (m, socket) => {
    t("process", m, socket === first, socket.remoteAddress);
    socket.end("from the primary");
  });
  w.on("listening", (a) => {
    net.connect(a.port, "127.0.0.1").on("data", (d) => {
      t("client", d.toString());
      w.send({ list: [1, "two", [3]], deep: { a: { b: true } } });
    });
  });
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  net.createServer({ pauseOnConnect: true }, (socket) => process.send("a connection", socket)).listen(0, "127.0.0.1");
  cluster.worker.on("message", (m, handle) => t("worker", m, handle));
  process.on("message", (m, handle) => { t("process", m, handle); process.exit(); });
}
