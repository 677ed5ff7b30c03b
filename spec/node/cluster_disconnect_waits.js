// IDs: Q-02
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  let online = 0;
  const gone = [];
  const ready = () => {
    if (++online === 2) cluster.disconnect(() => t("callback", gone.length));
  };
  for (let i = 0; i < 2; i++) {
    const w = cluster.fork({ SLOW: i });
    w.on("message", ready);
    w.on("exit", () => gone.push(w.id));
  }
} else {
  process.send("ready");
  if (process.env.SLOW === "1") setTimeout(() => {}, 1500);
  cluster.worker.on("disconnect", () => {});
}
