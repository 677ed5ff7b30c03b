// IDs: CL-72 CL-77 CL-75
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  let listening = 0;
  const ports = new Set();
  const answers = [];
  const start = (port) => {
    (function next(i) {
      if (i === 8) {
        t("rotation", answers.slice(0, 4).join() === answers.slice(4).join(), [...answers.slice(0, 4)].sort());
        cluster.disconnect();
        return;
      }
      const s = net.connect(port, "127.0.0.1");
      s.on("data", (d) => answers.push(Number(d)));
      s.on("close", () => setTimeout(next, 20, i + 1));
    })(0);
  };
  cluster.on("listening", (w, a) => {
    ports.add(a.port);
    if (++listening === 4) { t("one port", ports.size); start(a.port); }
  });
  cluster.on("exit", (w, code) => t("exit", code));
  for (let i = 0; i < 4; i++) cluster.fork();
} else {
  net.createServer((s) => s.end(String(cluster.worker.id))).listen(0, "127.0.0.1");
}
