// IDs: CL-97 CL-99 DG-12
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const dgram = require("dgram");
if (cluster.isPrimary) {
  const busy = dgram.createSocket("udp4");
  busy.bind(0, "127.0.0.1", () => {
    const w = cluster.fork({ BUSY: busy.address().port });
    w.on("exit", (code) => { t("exit", code); busy.close(); });
  });
} else {
  t.role("worker");
  const port = Number(process.env.BUSY);
  t.mask("BUSY", port);
  const steps = [
    () => {
      const s = dgram.createSocket("udp4");
      s.once("error", (err) => {
        t("taken", err);
        s.bind(0, "127.0.0.1", () => { t("bound after"); s.close(next); });
      });
      s.bind(port, "127.0.0.1", () => t("wrong"));
      t.throws("binding", () => s.bind(0));
    },
    () => {
      const s = dgram.createSocket("udp4");
      s.once("error", (err) => { t("not ours", err); s.close(next); });
      s.bind(0, "198.51.100.1");
    },
    () => {
      const s = dgram.createSocket("udp4");
      s.once("error", (err) => { t("fd", err); s.close(next); });
      s.bind({ fd: 999 });
    },
    () => {
      const s = dgram.createSocket("udp4");
      s.bind(0, "127.0.0.1", () => t("wrong"));
      s.close(() => { t("closed during bind"); next(); });
    },
    () => {
      const s = dgram.createSocket("udp4");
      s.on("listening", () => { t("listening"); s.close(() => { t("closed in listening"); next(); }); });
      s.bind(0, "127.0.0.1");
    },
    () => {
      // Twice on one address in one worker: two sockets of the herd's, and the second has no port.
      const a = dgram.createSocket("udp4");
      const b = dgram.createSocket("udp4");
      a.bind(0, "127.0.0.1", () => {
        b.on("error", (err) => { t("same", err.code, err.syscall); b.close(); a.close(next); });
        b.bind(a.address().port, "127.0.0.1", () => t("wrong"));
      });
    },
    () => {
      const s = dgram.createSocket("udp4").unref();
      s.bind(0, "127.0.0.1", () => { t("nothing keeps the worker"); process.disconnect(); });
    },
  ];
  const next = () => steps.shift()();
  next();
}
