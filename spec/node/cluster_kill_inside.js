// IDs: CL-43 CL-48 Q-14
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("disconnect", () => t("disconnect", w.exitedAfterDisconnect));
  w.on("exit", (code, signal) => t("exit", code, signal, w.exitedAfterDisconnect));
} else {
  t.role("worker");
  setInterval(() => {}, 1000);
  t("kill", cluster.worker.kill("SIGKILL"), cluster.worker.exitedAfterDisconnect, cluster.worker.state);
}
