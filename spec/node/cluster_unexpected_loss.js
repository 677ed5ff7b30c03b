// IDs: CL-25 CL-51 CL-52 CL-54 CL-55
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const modes = ["inside", "outside"];
  (function next(i) {
    if (i === modes.length) return;
    const w = cluster.fork({ MODE: modes[i] });
    w.on("online", () => { if (i === 1) w.process.disconnect(); });
    w.on("disconnect", () => t("disconnect", w.exitedAfterDisconnect));
    w.on("exit", (code, signal) => { t("exit", code, signal, w.exitedAfterDisconnect); next(i + 1); });
  })(0);
} else {
  t.role("worker " + process.env.MODE);
  setInterval(() => {}, 1000);
  process.exitCode = 5;
  cluster.worker.on("disconnect", () => t("disconnect", cluster.worker.exitedAfterDisconnect));
  process.on("exit", (code) => t("exit", code));
  if (process.env.MODE === "inside") process.disconnect();
}
