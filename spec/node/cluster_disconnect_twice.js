// IDs: CL-47 CL-54 PR-03
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("disconnect", () => t("disconnect", w.exitedAfterDisconnect));
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  t("first", cluster.worker.disconnect() === cluster.worker, cluster.worker.state);
  t("second", cluster.worker.disconnect() === cluster.worker);
  process.on("disconnect", () => t("process disconnect", process.connected));
}
