// IDs: CL-57 CL-22
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  process.on("uncaughtException", (err, origin) => t("caught", err.message, origin));
  const w = cluster.fork();
  w.on("online", () => { throw new Error("in a worker's listener"); });
  cluster.on("online", () => t("not heard by the cluster"));
  cluster.on("message", () => { throw new Error("in the cluster's listener"); });
  w.on("message", (m) => t("not heard by the worker", m));
  let messages = 0;
  cluster.prependListener("message", (worker, m) => {
    t("message", m);
    if (++messages === 2) setImmediate(() => w.disconnect());
  });
  w.on("exit", (code) => { t("exit", code); throw new Error("in the exit's listener"); });
  cluster.on("exit", () => t("not heard by the cluster"));
} else {
  process.send(1);
  process.send(2);
}
