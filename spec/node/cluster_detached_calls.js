// IDs: M-01 CL-10 CL-16
"use strict";
const t = require("./trace");
const cluster = require("cluster");
if (cluster.isPrimary) {
  const { fork, disconnect, setupPrimary } = cluster;
  setupPrimary({ args: ["x"] });
  const w = fork();
  w.on("online", () => disconnect(() => t("disconnected")));
  w.on("exit", (code) => t("exit", code));
  t("settings", cluster.settings.args, process.cwd() === (0, process.cwd)());
}
