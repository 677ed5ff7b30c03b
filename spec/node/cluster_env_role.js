// IDs: CL-01 CL-10
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  const cluster = require("cluster");
  t.role("child");
  t("role", cluster.isPrimary, cluster.isWorker, cluster.worker && cluster.worker.id, process.env.NODE_UNIQUE_ID);
  process.disconnect();
} else {
  const child = fork(__filename, ["x"], { env: { ...process.env, NODE_UNIQUE_ID: "12" } });
  child.on("exit", (code) => t("exit", code));
}
