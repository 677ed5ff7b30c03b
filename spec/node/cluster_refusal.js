// IDs: CL-73 NET-12
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  let listening = 0;
  const held = [], by = [];
  cluster.on("listening", (w, a) => {
    if (++listening < 2) return;
    (function next(i) {
      if (i === 2) { t("one each", by.sort()); for (const id in cluster.workers) cluster.workers[id].kill(); return; }
      const c = net.connect(a.port, "127.0.0.1");
      c.on("error", () => {});
      held.push(c);
      c.on("data", (d) => { by.push(d.toString()); next(i + 1); });
    })(0);
  });
  cluster.on("exit", (w, code, signal) => t("exit", code, signal));
  cluster.fork();
  cluster.fork();
} else {
  const server = net.createServer((s) => s.write(String(cluster.worker.id)));
  server.maxConnections = 1;
  server.on("drop", () => t("never"));
  server.listen(0, "127.0.0.1");
}
