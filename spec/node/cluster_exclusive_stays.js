// IDs: CL-86 Q-15
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("listening", () => t("never"));
  w.on("message", () => w.disconnect());
  w.on("disconnect", () => t("disconnect", w.isDead()));
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  const server = net.createServer();
  server.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => process.send("up"));
  cluster.worker.on("disconnect", () => {
    setTimeout(() => { t("still listening", server.listening); process.exit(6); }, 100);
  });
}
