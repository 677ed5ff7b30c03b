// IDs: CL-90
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  cluster.on("listening", () => t("never"));
  w.once("message", () => {
    // The worker hears this first, and asks before it hears that it is to leave.
    w.send("listen");
    w.disconnect();
  });
  w.on("exit", (code) => t("exit", code, w.exitedAfterDisconnect));
} else {
  t.role("worker");
  process.send("up");
  process.once("message", () => {
    const server = net.createServer();
    for (const name of ["listening", "error"]) server.on(name, () => t("never"));
    server.listen(0, "127.0.0.1");
    t("asked", server.listening);
  });
  cluster.worker.on("disconnect", () => t("disconnect", cluster.worker.exitedAfterDisconnect));
}
