// IDs: CL-26 CL-43 CL-45 CL-48 Q-14
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const signals = [undefined, "SIGKILL", "SIGINT"];
  (function next(i) {
    if (i === signals.length) return;
    const w = cluster.fork();
    w.on("online", () => t("kill", w.kill(signals[i]), w.exitedAfterDisconnect));
    w.on("exit", (code, signal) => { t("exit", code, signal, w.exitedAfterDisconnect, w.isDead()); next(i + 1); });
  })(0);
} else {
  setInterval(() => {}, 1000);
}
