// IDs: CL-58 CL-26
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("message", () => {
    w.disconnect();
    setTimeout(() => { t("still there", w.isDead(), w.isConnected()); w.process.kill("SIGKILL"); }, 200);
  });
  w.on("exit", (code, signal) => t("exit", code, signal, w.exitedAfterDisconnect));
} else {
  process.send("spins", () => { for (;;); });
}
