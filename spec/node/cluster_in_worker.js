// IDs: CL-03 CL-04 CL-05
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const w = new cluster.Worker({ id: 7 });
  t("made", w.id, w.state, w.exitedAfterDisconnect, w instanceof cluster.Worker);
  cluster.fork().on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  t("absent", cluster.fork, cluster.workers, cluster.settings, cluster.setupPrimary, cluster.disconnect, cluster.schedulingPolicy, cluster.SCHED_RR);
  t("present", typeof cluster.on, typeof cluster.Worker === "undefined", cluster.worker.id);
  process.exit(0);
}
