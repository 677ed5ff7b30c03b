// IDs: CL-94
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
const fs = require("fs");
const { fork } = require("child_process");
if (!process.argv[2]) {
  // A primary that may have few descriptors.
  const primary = fork(__filename, ["primary"], {
    execPath: "/bin/sh", execArgv: ["-c", 'ulimit -n 64; exec "$0" "$@"', process.execPath],
  });
  t.role("client");
  let steps = 0;
  const next = (port) => {
    if (++steps < 2) return;
    net.connect(port, "127.0.0.1").on("data", (d) => { t("the next", d.toString()); primary.send("end"); });
  };
  primary.on("message", (m) => {
    if (m.port) return primary.send("fill");
    if (m.free) return next(m.free);
    let answer = "closed without an answer";
    const c = net.connect(m.full, "127.0.0.1", () => setTimeout(() => primary.send("free"), 1000));
    c.on("data", (d) => { answer = d.toString(); });
    c.on("error", () => {});
    c.on("close", () => { t("the first", answer); next(m.full); });
  });
  primary.on("exit", (code) => t("exit", code));
} else if (cluster.isPrimary) {
  t.role("primary");
  let port;
  const files = [];
  const w = cluster.fork();
  w.on("error", () => t("never"));
  w.on("exit", (code) => { t("exit", code); process.disconnect(); });
  w.on("listening", (a) => { port = a.port; process.send({ port }); });
  process.on("message", (m) => {
    if (m === "fill") {
      try { for (;;) files.push(fs.openSync("/dev/null")); } catch (err) { t("filled", err.code); }
      process.send({ full: port });
    } else if (m === "free") {
      for (const file of files) fs.closeSync(file);
      process.send({ free: port });
    } else {
      w.disconnect();
    }
  });
} else {
  net.createServer((s) => s.end("an answer")).listen(0, "127.0.0.1");
}
