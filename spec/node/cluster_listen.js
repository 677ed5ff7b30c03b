// IDs: CL-23 CL-42 CL-49 CL-70 CL-71 CL-75 CL-79 CL-95 NET-10 NET-06
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("listening", (a) => { t.mask("PORT", a.port); t("worker listening", a, w.state); });
  cluster.on("listening", (worker, a) => {
    t("cluster listening", worker.id, a);
    const s = net.connect(a.port, "127.0.0.1");
    s.on("data", (d) => t("client data", d.toString()));
    s.on("close", () => { t("client close"); w.disconnect(); });
  });
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  const server = net.createServer((s) => {
    t("connection", s.server === server, s.remoteAddress, s.localAddress, s.localPort === server.address().port);
    s.end("hello");
  });
  server.on("listening", () => t("listening", server.listening, server.address().family, server.address().address, cluster.worker.state));
  server.on("close", () => t("close"));
  server.listen(0, "127.0.0.1");
}
