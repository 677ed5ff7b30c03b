// IDs: Q-04
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  let listening = 0, refusals = 0;
  cluster.on("listening", (w, a) => {
    if (++listening < 2) return;
    const clients = [];
    (function next(i) {
      const c = net.connect(a.port, "127.0.0.1");
      clients.push(c);
      c.on("error", () => {});
      if (i < 2) return c.once("data", () => next(i + 1));
      // The workers are full: this one waits.
      c.on("data", (d) => { t("served", d.toString()); cluster.disconnect(); for (const each of clients) each.destroy(); });
      let looks = 0;
      const timer = setInterval(() => {
        if (refusals <= 100 && ++looks < 75) return;
        clearInterval(timer);
        t("asked again and again", refusals > 100);
        clients[0].destroy();
      }, 20);
    })(0);
  });
  for (let i = 0; i < 2; i++) {
    const w = cluster.fork();
    w.process.on("internalMessage", (m) => { if (m.accepted === false) refusals++; });
    w.on("exit", (code) => t("exit", code));
  }
} else {
  const server = net.createServer((s) => { s.on("error", () => {}); s.resume(); s.write("a worker"); });
  server.maxConnections = 1;
  server.listen(0, "127.0.0.1");
}
