// IDs: CL-59 CL-60 CL-27
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const count = 6, counts = { disconnect: 0, exit: 0 };
  cluster.on("disconnect", (w) => { counts.disconnect++; t.role("order"); t("asked", w.exitedAfterDisconnect); t.role("main"); });
  cluster.on("exit", (w, code, signal) => {
    t("exit", code, signal, w.exitedAfterDisconnect);
    if (++counts.exit === count) t("counts", counts);
  });
  for (let i = 0; i < count; i++) {
    const w = cluster.fork();
    w.on("error", (err) => t("error", err));
    w.on("online", () => w.disconnect());
  }
}
