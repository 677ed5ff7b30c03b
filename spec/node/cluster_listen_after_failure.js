// IDs: CL-77
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const busy = net.createServer().listen(0, "127.0.0.1", () => {
    const port = busy.address().port;
    const ready = [];
    for (let i = 0; i < 2; i++) {
      const w = cluster.fork({ BUSY: port });
      w.on("exit", (code) => t("exit", code));
      w.on("message", (m) => {
        if (m !== "failed") { t.role("answers"); t("then", m); t.role("main"); ready.push(w); if (ready.length === 4) ready.forEach((each) => each.isDead() || each.kill()); return; }
        ready.push(w);
        if (ready.length === 2) busy.close(() => { ready[0].send("listen"); ready[1].send("listen"); });
      });
    }
  });
} else {
  const port = Number(process.env.BUSY);
  net.createServer().on("error", () => process.send("failed")).listen(port, "127.0.0.1");
  process.on("message", () => {
    net.createServer().on("error", (err) => process.send(err.code)).listen(port, "127.0.0.1", () => process.send("listening"));
  });
}
