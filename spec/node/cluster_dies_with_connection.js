// IDs: Q-10
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  let listening = 0, answered = 0, late;
  const finish = () => { t("answered", answered); process.exit(); };
  cluster.on("listening", (w, a) => {
    if (++listening < 2) return;
    cluster.workers[1].once("message", () => {
      // One of these four goes to a worker that will never take it.
      for (let i = 0; i < 4; i++) {
        net.connect(a.port, "127.0.0.1").on("data", () => { if (++answered === 4 && late) finish(); }).on("error", () => {});
      }
      setTimeout(() => cluster.workers[1].process.kill("SIGKILL"), 300);
    });
    cluster.workers[1].send("spin");
  });
  cluster.on("exit", (w, code, signal) => {
    t("exit", code, signal);
    if (answered === 4) return finish();
    late = setTimeout(finish, 1500);
  });
  cluster.fork();
  cluster.fork();
} else {
  net.createServer((s) => s.end("an answer")).listen(0, "127.0.0.1");
  process.on("message", () => process.send("spins", () => { for (;;); }));
}
