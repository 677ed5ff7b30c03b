// IDs: CL-84 CL-95 CL-89 CL-93
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
const fs = require("fs");
if (cluster.isPrimary) {
  process.chdir(process.env.TRACE_DIR);
  let listening = 0;
  cluster.on("listening", (w, a) => {
    t("listening", a);
    if (++listening < 2) return;
    net.connect("a.sock").on("data", (d) => { t("data", d.toString()); cluster.workers[1].send("close"); });
  });
  cluster.on("message", (w, m) => {
    t("there", m, fs.existsSync("a.sock"));
    if (w.id === 1) cluster.workers[2].send("close");
    else setTimeout(() => { t("removed", !fs.existsSync("a.sock")); cluster.disconnect(); }, 100);
  });
  cluster.fork();
  cluster.fork();
} else {
  t.role("worker " + cluster.worker.id);
  const server = net.createServer((s) => { t.role("connection"); t("addresses", s.remoteAddress, s.localAddress, s.server === server); t.role("worker " + cluster.worker.id); s.end("hello"); });
  server.listen("a.sock", () => t("address", server.address()));
  process.on("message", () => server.close(() => {
    // What is no socket is in the way.
    if (cluster.worker.id === 2) return process.send("closed");
    fs.writeFileSync("b.sock", "");
    const refused = net.createServer();
    refused.on("error", (err) => { t("refused", err); process.send("closed"); });
    refused.listen("b.sock");
  }));
}
