// IDs: CL-97 DG-14
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const dgram = require("dgram");
if (cluster.isPrimary) {
  const w = cluster.fork();
  w.process.on("internalMessage", (m) => {
    if (m.act === "queryServer") t("asked", m.address, m.port, m.addressType, m.fd, m.flags, m.index);
  });
  w.on("listening", (a) => { t.mask("PORT", a.port); t("listening", a); });
  w.on("exit", (code) => t("exit", code));
} else {
  t.role("worker");
  const kinds = [["udp4"], [{ type: "udp4", reuseAddr: true }], [{ type: "udp6", ipv6Only: true }],
    [{ type: "udp6", ipv6Only: true, reuseAddr: true }], [{ type: "udp6", ipv6Only: false, reuseAddr: false }]];
  const open = [];
  const next = () => {
    const kind = kinds.shift();
    if (!kind) return process.disconnect();
    const s = dgram.createSocket(...kind);
    open.push(s);
    s.bind(0, () => { t("bound", s.address().address); setImmediate(next); });
  };
  next();
}
