// IDs: NET-08 NET-12 NET-13 NET-27
"use strict";
const t = require("./trace");
const net = require("net");
const server = net.createServer((s) => { s.on("error", (err) => t("reset", err.code)); s.on("close", () => t("gone")); });
server.maxConnections = 1;
server.on("drop", (d) => {
  t("drop", d.localAddress, d.localFamily, d.remoteAddress, d.remoteFamily, typeof d.remotePort);
  server.getConnections((err, n) => {
    t("connections", err, n);
    first.resetAndDestroy();
    server.close(() => t("closed"));
  });
});
let first;
server.listen(0, "127.0.0.1", () => {
  first = net.connect(server.address().port, "127.0.0.1", () => {
    net.connect(server.address().port, "127.0.0.1").on("error", () => {});
  });
});
