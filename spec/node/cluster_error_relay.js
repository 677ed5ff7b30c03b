// IDs: CL-28 CL-46 CL-49 CP-62
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  cluster.on("error", () => t("never"));
  process.on("uncaughtException", (err) => t("uncaught", err));
  const w = cluster.fork();
  t.on(w, "worker", ["error"]);
  t.on(w.process, "process", ["error"]);
  w.on("exit", (code) => {
    t("exit", code);
    t("returned", w.send("late", (err) => t("callback", err)));
    t("returned", w.send("late"));
    setImmediate(() => {
      w.removeAllListeners("error");
      t("returned", w.send("unheard"));
      setImmediate(unstarted);
    });
  });
  const unstarted = () => {
    process.execPath = "/no/such/program";
    const u = cluster.fork();
    t.on(u, "unstarted", ["error", "exit"]);
    t("forked", u.process.pid, u.isConnected(), u.isDead());
    u.on("error", () => t("dead", u.isDead()));
    u.on("disconnect", () => setImmediate(() => t("left", Object.keys(cluster.workers).length)));
  };
} else {
  process.exit(3);
}
