// IDs: CL-14 CL-74 CL-75
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const w = cluster.fork();
  w.on("listening", (a) => {
    t.mask("PORT", a.port);
    t("listening", a);
    net.connect(a.port, "127.0.0.1").on("data", (d) => { t("data", d.toString()); w.disconnect(); });
  });
  w.on("exit", (code) => t("exit", code));
} else {
  net.createServer((s) => s.end("from worker")).listen(0, "127.0.0.1");
}
