// IDs: CL-43 CL-47 CL-60
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
// Both ends at once; and a worker whose sibling is ended while clients connect.
if (cluster.isPrimary) {
  let listening = 0, answers = 0;
  cluster.on("listening", (w, a) => {
    if (++listening < 2) return;
    const [one, two] = [cluster.workers[1], cluster.workers[2]];
    one.send("leave");
    one.disconnect();
    t("asked", one.exitedAfterDisconnect, Object.keys(cluster.workers));
    one.on("exit", () => {
      for (let i = 0; i < 5; i++) {
        net.connect(a.port, "127.0.0.1").on("data", (d) => { answers += d.toString() === "2" ? 1 : 100; })
          .on("close", () => { if (answers === 5) { t("answers", answers); answers = 0; two.disconnect(); } });
      }
    });
  });
  cluster.on("disconnect", (w) => t("disconnect", w.id, w.exitedAfterDisconnect));
  // The first one's code is left out: in Node its last word may meet a closed channel, which makes it 1.
  cluster.on("exit", (w, code) => t("exit", w.id, w.id === 1 ? "some code" : code, w.exitedAfterDisconnect));
  cluster.fork();
  cluster.fork();
} else {
  t.role("worker " + cluster.worker.id);
  net.createServer((s) => s.end(String(cluster.worker.id))).listen(0, "127.0.0.1");
  process.on("message", () => { cluster.worker.disconnect(); t("leaving", cluster.worker.exitedAfterDisconnect, cluster.worker.state); });
  cluster.worker.on("disconnect", () => t("disconnect", cluster.worker.isConnected()));
}
