// IDs: Q-17
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
const fs = require("fs");
if (cluster.isPrimary) {
  const clients = 300;
  const open = () => fs.readdirSync("/proc/self/fd").length;
  let connected = 0;
  const w = cluster.fork();
  w.on("listening", (a) => {
    w.once("message", () => {
      // Nobody takes any of these.
      const before = open();
      for (let i = 0; i < clients; i++) {
        net.connect(a.port, "127.0.0.1").on("error", () => {}).on("connect", () => {
          if (++connected === clients) setTimeout(() => {
            // Beside the clients' own ends.
            t("held by the primary", open() - before - clients > 200 ? "nearly all" : "some");
            w.process.kill("SIGKILL");
          }, 200);
        });
      }
    });
    w.send("spin");
  });
  w.on("exit", (code, signal) => { t("exit", code, signal); process.exit(); });
} else {
  net.createServer().listen(0, "127.0.0.1");
  process.on("message", () => process.send("spins", () => { for (;;); }));
}
