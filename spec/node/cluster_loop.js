// IDs: CL-51 CL-92 CL-70
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
// What keeps a worker whose channel is ended alive: a server, unless it is unref'ed or closed.
if (cluster.isPrimary) {
  const modes = ["ref", "unref before", "unref after", "ref again", "closed"];
  (function next(i) {
    if (i === modes.length) return;
    const w = cluster.fork({ MODE: modes[i] });
    w.on("exit", (code) => { t("exit", modes[i], code); next(i + 1); });
  })(0);
} else {
  const mode = process.env.MODE;
  cluster.worker.exitedAfterDisconnect = true; // so that the end of the channel is no end of the process
  process.on("exit", () => { process.exitCode = process.exitCode || 1; });
  const server = net.createServer();
  if (mode === "unref before") server.unref();
  if (mode === "ref again") server.unref().ref();
  server.listen(0, "127.0.0.1", () => {
    if (mode === "unref after") server.unref();
    if (mode === "closed") server.close();
    process.disconnect();
    const timer = setTimeout(() => { process.exitCode = 2; process.exit(); }, 300);
    timer.unref();
  });
}
