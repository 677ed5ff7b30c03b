// IDs: CL-88 CP-70
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  cluster.on("listening", () => t("never"));
  const server = net.createServer();
  server.listen(0, "127.0.0.1", () => {
    const port = server.address().port;
    const w = cluster.fork();
    w.on("online", () => w.send("server", server));
    w.on("message", (m) => {
      t("message", m);
      server.close();
      net.connect(port, "127.0.0.1").on("data", (d) => { t("data", d.toString()); w.disconnect(); });
    });
    w.on("exit", (code, signal) => t("exit", code, signal));
  });
} else {
  t.role("worker");
  process.on("message", (m, received) => {
    t("received", m, received instanceof net.Server, received.listening, received.address().family);
    const own = net.createServer();
    own.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => {
      const second = net.createServer();
      second.listen(own, () => {
        t("same address", second.address().port === own.address().port, second.listening);
        received.on("connection", (s) => { s.end("by handle"); received.close(); });
        process.send("ready");
      });
      cluster.worker.on("disconnect", () => process.exit(own.listening && second.listening ? 0 : 1));
    });
  });
}
