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
          if (++connected < clients) return;
          let looks = 0;
          const look = setInterval(() => {
            // Beside the clients' own ends.
            const held = open() - before - clients;
            if (held <= 200 && ++looks < 20) return;
            clearInterval(look);
            t("held by the primary", held > 200 ? "nearly all" : "some");
            w.process.kill("SIGKILL");
          }, 50);
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
