// IDs: DG-02 DG-12
"use strict";
const t = require("./trace");
const dgram = require("dgram");
if (process.argv[2] === "worker") {
  // An unref before bind holds: nothing else keeps this process.
  t.role("unref");
  const s = dgram.createSocket("udp4");
  t("returns", s.unref() === s, s.ref() === s, s.unref() === s);
  s.bind(0, "127.0.0.1", () => t("bound"));
  process.on("exit", (code) => t("exit", code));
} else {
  require("child_process").fork(__filename, ["worker"]).on("exit", (code) => {
    t("child", code);
    const bound = dgram.createSocket("udp4");
    bound.bind(0, "127.0.0.1", () => {
      bound.unref();
      const kept = dgram.createSocket("udp4");
      kept.unref();
      kept.bind(0, "127.0.0.1", () => {
        kept.ref();
        setImmediate(() => kept.close(() => t("was kept until it closed")));
      });
    });
  });
  process.on("exit", (code) => t("exit", code));
}
