// IDs: CL-15 CL-16
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  cluster.disconnect(() => {
    t("none left");
    const w = cluster.fork();
    w.on("online", () => {
      t("returns", cluster.disconnect(() => { t("callback", w.isDead()); }), Object.keys(cluster.workers).length);
    });
    w.on("exit", (code) => t("exit", code, w.exitedAfterDisconnect));
  });
  t("later");
}
