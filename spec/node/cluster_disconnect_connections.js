// IDs: CL-47 CL-93 NET-07 NET-09
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("listening", (a) => {
    const c = net.connect(a.port, "127.0.0.1");
    c.once("data", () => {
      w.disconnect();
      setTimeout(() => {
        t("still connected", w.isConnected());
        net.connect(a.port, "127.0.0.1").on("error", (err) => { t("refused", err.code); c.end(); });
      }, 100);
    });
    c.on("end", () => t("end"));
  });
  w.on("exit", (code) => t("exit", code, w.exitedAfterDisconnect));
} else {
  t.role("worker");
  const server = net.createServer((s) => { s.write("here"); s.resume(); });
  server.on("close", () => t("server close", process.connected));
  cluster.worker.on("disconnect", () => t("disconnect"));
  server.listen(0, "127.0.0.1");
}
