// IDs: CL-01
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.send([cluster.isPrimary, cluster.worker === undefined]);
  process.disconnect();
} else if (cluster.isPrimary) {
  const w = cluster.fork();
  w.on("message", (m) => { t("grandchild", m); w.disconnect(); });
} else {
  fork(__filename, ["grandchild"]).on("message", (m) => process.send(m));
}
