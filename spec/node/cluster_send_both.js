// IDs: CL-46 CL-24 CP-65
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
// Both ends send each other sockets at the same time, with messages between them.
const rounds = 10;
const exchange = (send, label, done) => {
  const got = [];
  let sockets = 0;
  const server = net.createServer({ pauseOnConnect: true }, (socket) => { send("socket", socket); send("after"); });
  server.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => {
    for (let i = 0; i < rounds; i++) net.connect(server.address().port, "127.0.0.1").on("error", () => {}).resume();
  });
  return (m, socket) => {
    got.push(m);
    if (socket) { sockets++; socket.destroy(); }
    if (got.length < 2 * rounds) return;
    t(label, sockets, got.filter((each, i) => each !== (i % 2 ? "after" : "socket")).length);
    server.close();
    done();
  };
};
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("message", exchange((...args) => w.send(...args), "the primary got", () => {}));
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  process.on("message", exchange((...args) => process.send(...args), "the worker got", () => {
    setTimeout(() => cluster.worker.disconnect(), 300);
  }));
}
