// IDs: CL-91 CL-78 NET-04
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("listening", (a) => { t.mask("PORT", a.port); t("listening", a); });
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  const server = net.createServer();
  server.on("listening", () => t("listening"));
  server.listen(0, "127.0.0.1");
  server.close((err) => t("closed", err));
  setTimeout(() => {
    server.listen(0, "127.0.0.1", () => { t("again", server.listening); setTimeout(() => cluster.worker.disconnect(), 20); });
  }, 200);
}
