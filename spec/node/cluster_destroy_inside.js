// IDs: CL-44 CL-47 CL-48 CL-53
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const modes = ["disconnect, then destroy", "destroy twice", "failed listen"];
  (function next(i) {
    if (i === modes.length) return;
    const w = cluster.fork({ MODE: modes[i] });
    w.on("disconnect", () => { t("disconnect", w.isConnected(), w.exitedAfterDisconnect); });
    w.on("exit", (code) => { t("exit", code, w.exitedAfterDisconnect); next(i + 1); });
  })(0);
} else {
  const mode = process.env.MODE;
  t.role(mode);
  const w = cluster.worker;
  t("connected", w.isConnected(), w.isDead());
  if (mode === "failed listen") {
    const server = net.createServer();
    server.on("error", (err) => { t("error", err.code); w.disconnect(); });
    server.listen(0, "192.0.2.1");
  } else if (mode === "destroy twice") {
    t("destroy", w.destroy(), w.destroy(), w.state, w.isConnected());
  } else {
    w.disconnect();
    w.on("disconnect", () => { t("disconnect", w.isConnected(), w.exitedAfterDisconnect); w.destroy(); t("never"); });
  }
  process.on("exit", (code) => t("exit", code));
}
