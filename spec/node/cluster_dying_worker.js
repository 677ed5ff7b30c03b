// IDs: Q-06 CL-28
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const { spawnSync } = require("child_process");
if (cluster.isPrimary) {
  const errors = new Set();
  process.on("uncaughtException", (err) => errors.add(err.code));
  const w = cluster.fork();
  w.once("message", () => {
    w.process.kill("SIGKILL");
    spawnSync("sleep", ["0.5"]); // it dies, and nobody here has noticed
    if (!w.isDead()) w.disconnect();
    w.on("exit", (code, signal) => {
      t("exit", code, signal);
      w.disconnect();
      setImmediate(() => {
        t("raised by the library's own sends", [...errors]);
        errors.clear();
        w.send("a user's");
        setImmediate(() => t("raised by a user's send", [...errors]));
      });
    });
  });
} else {
  process.send("up");
}
