// IDs: CL-76 CL-78 CL-89 NET-05
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  const busy = net.createServer();
  busy.listen(0, "127.0.0.1", () => {
    const w = cluster.fork({ BUSY: busy.address().port });
    w.on("listening", () => t("listening"));
    w.on("exit", (code) => { t("exit", code); busy.close(); });
  });
} else {
  t.role("worker");
  const port = Number(process.env.BUSY);
  t.mask("PORT", port);
  const refused = net.createServer();
  const server = net.createServer();
  server.on("listening", () => {
    t("listening");
    const own = server.address().port;
    t.mask("OWN", own);
    const twice = net.createServer();
    twice.on("error", (err) => {
      t("twice", err);
      server.close(() => {
        t("closed", server.listening);
        server.removeAllListeners("listening");
        server.listen(own, "127.0.0.1", () => { t("again", server.listening); setTimeout(() => process.exit(0), 50); });
      });
    });
    twice.listen(own, "127.0.0.1");
  });
  refused.once("error", (err) => { t("error", err, refused.listening); server.listen(0, "127.0.0.1"); });
  refused.listen(port, "127.0.0.1");
}
