// IDs: Q-05
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  // One worker fails at an address, another then has it; the first shares it.
  const busy = net.createServer().listen(0, "127.0.0.1", () => {
    const port = busy.address().port;
    const first = cluster.fork();
    first.send(port);
    first.on("message", (m) => {
      t("first", m);
      if (m !== "EADDRINUSE" || !busy.listening) return first.kill();
      busy.close(() => {
        const second = cluster.fork();
        second.send(port);
        second.on("message", (n) => { t("second", n); first.send(port); });
        first.on("exit", () => second.kill());
      });
    });
  });
} else {
  process.on("message", (port) => {
    net.createServer().on("error", (err) => process.send(err.code)).listen(port, "127.0.0.1", () => process.send("listening"));
  });
}
