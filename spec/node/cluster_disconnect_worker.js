// IDs: CL-15 CL-43 CL-44 CL-47 CL-53
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("online", () => {
    t("returns", w.disconnect() === w, w.exitedAfterDisconnect, Object.keys(cluster.workers).length, w.isConnected());
  });
  w.on("disconnect", () => t("disconnect", w.isConnected(), w.exitedAfterDisconnect, w.state));
  w.on("exit", (code, signal) => {
    t("exit", code, signal, w.state);
    t("again", w.disconnect() === w);
  });
} else {
  t.role("worker");
  cluster.worker.on("disconnect", () => {
    t("disconnect", cluster.worker.exitedAfterDisconnect, process.connected);
    setTimeout(() => { t("lives on"); process.exitCode = 4; }, 100);
  });
}
