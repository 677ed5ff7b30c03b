// IDs: CL-45 CL-48 CL-52 CL-54
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const w = cluster.fork();
  for (const bad of ["SIGNOPE", "nope", 999, 1.5, true, {}]) t.throws("kill", () => w.kill(bad));
  w.on("online", () => {
    t("returns", w.kill("sigusr2"), w.isDead(), w.process.killed);
  });
  w.on("exit", (code, signal) => {
    t("exit", code, signal, w.isDead(), w.isConnected());
    t("again", w.kill(), w.destroy("SIGKILL"));
    const late = cluster.fork();
    late.on("disconnect", () => t("late disconnect", late.exitedAfterDisconnect));
    late.on("exit", (c, s) => t("late exit", c, s, late.exitedAfterDisconnect));
  });
} else if (cluster.worker.id === 1) {
  setInterval(() => {}, 1000);
} else {
  t.role("worker");
  // With the channel gone it leaves at once, with 0.
  process.exitCode = 9;
  cluster.worker.exitedAfterDisconnect = true;
  process.disconnect();
  process.on("exit", (code) => t("exit", code));
  setTimeout(() => { cluster.worker.kill(); t("never"); }, 50);
}
