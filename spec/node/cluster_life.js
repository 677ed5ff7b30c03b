// IDs: CL-02 CL-12 CL-15 CL-20 CL-21 CL-22 CL-24 CL-25 CL-26 CL-40 CL-41 CL-42 CL-43 CL-44 CL-45 CL-46 CL-49 CL-50
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  t("role", cluster.isPrimary, cluster.isMaster, cluster.isWorker, cluster.worker);
  const state = (w) => `${w.state} ${w.isConnected()} ${w.isDead()} ${w.exitedAfterDisconnect === undefined ? "nil" : w.exitedAfterDisconnect}`;
  t("settings", cluster.settings);
  cluster.on("setup", (settings) => t("setup", Object.keys(settings).sort()));
  cluster.on("fork", (w) => t("cluster fork", w.id, state(w)));
  for (const name of ["online", "disconnect"]) cluster.on(name, (w) => t("cluster " + name, w.id, state(w), Object.keys(cluster.workers)));
  cluster.on("exit", (w, code, signal) => t("cluster exit", w.id, code, signal, state(w), Object.keys(cluster.workers)));
  cluster.on("message", (w, m, h) => t("cluster message", w.id, m, h));
  const w = cluster.fork();
  t("forked", w.id, state(w), Object.keys(cluster.workers), typeof w.process.pid);
  t.on(w, "worker", ["online", "disconnect", "exit"]);
  w.on("message", (m) => { t("worker message", m); t("sent", w.send("reply")); });
  w.process.on("message", (m) => t("process message", m));
} else {
  t.role("worker");
  t("role", cluster.isPrimary, cluster.isMaster, cluster.isWorker, cluster.worker.id, cluster.worker.state);
  t("env", process.env.NODE_UNIQUE_ID, cluster.worker.process === process, cluster.worker.isConnected(), cluster.worker.isDead());
  for (const name of ["online", "listening", "exit"]) cluster.worker.on(name, () => t("never"));
  cluster.worker.on("message", (m) => t("worker hears", m));
  process.on("message", (m) => { t("process hears", m); setImmediate(() => { cluster.worker.disconnect(); t("leaving", cluster.worker.exitedAfterDisconnect); }); });
  cluster.worker.on("disconnect", () => t("disconnect", cluster.worker.exitedAfterDisconnect));
  process.send({ hello: "primary" });
}
