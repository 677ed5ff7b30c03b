// IDs: CL-23 CL-79 CL-84 CL-86
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
if (cluster.isPrimary) {
  process.chdir(process.env.TRACE_DIR);
  const w = cluster.fork();
  w.on("listening", (a) => { if (a.port > 0) t.mask("PORT", a.port); t("listening", a); });
  w.on("message", (m) => { t("message", m); w.kill(); });
  w.on("exit", (code, signal) => t("exit", code, signal));
} else {
  const any = net.createServer();
  any.listen(0, () => {
    const path = net.createServer();
    path.listen("a.sock", () => {
      const own = net.createServer();
      own.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => {
        process.send([any.address().address, any.address().family, path.address(), own.address().family]);
      });
    });
  });
}
