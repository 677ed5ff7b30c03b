// IDs: CL-11 CL-12 CL-13
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const fs = require("fs");
if (cluster.isPrimary) {
  // What the script was called with is read when the settings are made.
  process.argv.push("late");
  cluster.setupPrimary();
  t("args", cluster.settings.args);
  cluster.setupPrimary({ stdio: ["pipe", "pipe", "pipe", "pipe", "ipc"], args: ["x", "y"] });
  t("stdio", cluster.settings.stdio, Object.keys(cluster.settings).sort());
  cluster.settings.args.push("z");
  const w = cluster.fork();
  t("streams", w.process.stdin !== null, w.process.stdout !== null, w.process.stdio.length > 3 && w.process.stdio[3] !== null);
  let text = "";
  w.process.stdio[3].on("data", (d) => { text += d; });
  w.on("message", (m) => t("argv", m));
  w.process.on("close", (code) => {
    t("closed", code, text);
    // Between two forks.
    cluster.setupPrimary({ args: ["of the second"], silent: true, stdio: ["ignore", "ignore", "ignore", "ignore", "ipc"] });
    cluster.fork().on("message", (m) => t("argv", m));
  });
  for (const stdio of [["pipe"], ["ipc", "ipc"]]) {
    t.throws("stdio", () => { cluster.setupPrimary({ stdio }); cluster.fork(); });
  }
  cluster.setupPrimary({ stdio: ["pipe", "pipe", "pipe", "pipe", "ipc"] });
} else {
  try { fs.writeSync(3, "through three"); } catch {}
  process.send(process.argv.slice(2), () => process.exit());
}
