// IDs: CL-56 CL-57
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const { fork } = require("child_process");
if (process.argv[2] === "primary" && cluster.isPrimary) {
  const w = cluster.fork();
  w.on("message", () => { throw new Error("primary fails"); });
} else if (cluster.isWorker) {
  t.role("worker");
  setInterval(() => {}, 1000);
  process.on("exit", (code) => t("exit", code));
  cluster.worker.on("disconnect", () => t("disconnect"));
  process.send("up");
} else {
  const child = fork(__filename, ["primary"], { silent: true });
  child.on("close", (code, signal) => t("primary", code, signal));
}
