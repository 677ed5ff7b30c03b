// IDs: CL-11 CL-12 CL-13 CL-14 CL-20
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  t("constants", cluster.SCHED_NONE, cluster.SCHED_RR, cluster.schedulingPolicy);
  t("settings", cluster.settings);
  cluster.on("setup", (s) => t("setup", s === cluster.settings, s.args, s.silent, s.cwd));
  const before = cluster.settings;
  cluster.setupPrimary();
  t("defaults", cluster.settings, cluster.settings === before);
  cluster.setupPrimary({ args: ["a", "b"], silent: true });
  t("cumulative", cluster.settings);
  cluster.setupPrimary({ cwd: "/", silent: false });
  t("cumulative", cluster.settings);
  cluster.setupMaster({ args: ["c"] });
  t("cumulative", cluster.settings);
  setImmediate(() => {
    const w = cluster.fork({ EXTRA: 5 });
    w.on("message", (m) => t("worker", m));
    w.on("exit", (code) => {
      t("exit", code);
      cluster.setupPrimary({ args: ["d"] });
      cluster.fork().on("message", (m) => t("worker", m));
    });
  });
} else {
  process.send([process.argv.slice(2), process.cwd(), process.env.EXTRA || "none"], () => process.exit(3));
}
