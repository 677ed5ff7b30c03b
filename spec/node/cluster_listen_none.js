// IDs: CL-74 CL-78 CL-89
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const busy = net.createServer().listen(0, "127.0.0.1", () => {
    const w = cluster.fork({ BUSY: busy.address().port });
    w.on("listening", (a) => { t.mask("OWN", a.port); t("listening", a); });
    w.on("exit", (code) => { t("exit", code); busy.close(); });
  });
} else {
  t.role("worker");
  const port = Number(process.env.BUSY);
  t.mask("BUSY", port);
  const refused = net.createServer();
  refused.on("error", (err) => {
    t("refused", err, refused.listening);
    const server = net.createServer((s) => s.end("hello"));
    server.listen(0, "127.0.0.1", () => {
      const own = server.address().port;
      t("first", server.listening);
      server.close(() => {
        server.listen(own, "127.0.0.1", () => {
          t("again", server.address().port === own);
          net.connect(own, "127.0.0.1").on("data", (d) => { t("data", d.toString()); cluster.worker.disconnect(); });
        });
      });
    });
  });
  refused.listen(port, "127.0.0.1");
}
