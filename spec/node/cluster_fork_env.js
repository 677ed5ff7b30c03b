// IDs: CL-01 CL-10 CL-14
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const { fork } = require("child_process");
if (process.argv[2] === "policy") {
  const before = cluster.schedulingPolicy;
  cluster.setupPrimary();
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary();
  process.send([before, cluster.schedulingPolicy], () => process.disconnect());
} else if (cluster.isWorker) {
  const e = process.env;
  process.send([cluster.worker.id, e.NODE_UNIQUE_ID, e.OURS, e.NUMBER, e.TRUE, e.EMPTY, e.NOTHING, "MISSING" in e], () => process.exit());
} else {
  process.env.OURS = "of the primary";
  process.env.NUMBER = "to be replaced";
  const w = cluster.fork({ NUMBER: 5, TRUE: true, EMPTY: "", NOTHING: null, NODE_UNIQUE_ID: 77 });
  t("registered", cluster.workers[w.id] === w, w.process.pid > 0);
  w.on("message", (m) => t("env", m));
  w.on("exit", () => roles(0));
  // A role is in the environment alone, and any text will do.
  const ids = ["12", "abc", "7.9"];
  const roles = (i) => {
    if (i === ids.length) return policies(0);
    fork(__filename, [], { env: { ...process.env, NODE_UNIQUE_ID: ids[i] } })
      .on("message", (m) => t("role", ids[i], m.slice(0, 2))).on("exit", () => roles(i + 1));
  };
  const names = ["none", "rr", "NONE", ""];
  const policies = (i) => {
    if (i === names.length) return;
    fork(__filename, ["policy"], { env: { ...process.env, NODE_CLUSTER_SCHED_POLICY: names[i] } })
      .on("message", (m) => t("policy", names[i], m)).on("exit", () => policies(i + 1));
  };
}
