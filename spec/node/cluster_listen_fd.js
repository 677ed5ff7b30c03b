// IDs: CL-83 CP-45
"use strict";
const t = require("./trace");
const cluster = require("cluster");
const net = require("net");
const { spawn } = require("child_process");
if (!process.argv[2]) {
  const server = net.createServer();
  server.listen(0, "127.0.0.1", () => {
    const port = server.address().port;
    const child = spawn(process.execPath, [__filename, "primary"], { stdio: ["ignore", "inherit", "inherit", server._handle] });
    child.on("exit", (code) => t("exit", code));
    server.close();
    t.mask("PORT", port);
  });
} else if (cluster.isPrimary) {
  t.role("primary");
  let listening = 0;
  cluster.on("listening", (w, a) => {
    t("listening", a);
    if (++listening < 2) return;
    net.connect(a.port, "127.0.0.1").on("data", (d) => { t("data", d.toString()); cluster.disconnect(); });
  });
  cluster.on("exit", (w, code) => t("exit", code));
  cluster.fork();
  cluster.fork();
} else {
  t.role("worker " + cluster.worker.id);
  const refused = net.createServer();
  refused.on("error", (err) => {
    t("error", err, refused.listening);
    const server = net.createServer((s) => s.end("by number"));
    server.listen({ fd: 3 }, () => t("listening", server.address().address, server.address().family));
  });
  refused.listen({ fd: 99 });
}
