// IDs: CP-67 CP-69 CP-70 CP-60
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const net = require("net");
if (process.argv[2]) {
  t.role("child");
  process.once("message", (m, server) => {
    t("message", m, server.listening, server.address().family);
    server.on("connection", (s) => { s.end("by child"); server.close(); process.disconnect(); });
    process.send("ready");
  });
} else {
  const server = net.createServer();
  server.listen(0, "127.0.0.1", () => {
    const port = server.address().port;
    const child = fork(__filename, ["child"]);
    child.send("server", server, () => t("written"));
    child.on("message", (m) => {
      t("message", m, server.listening);
      server.close(() => t("closed"));
      net.connect(port, "127.0.0.1").on("data", (d) => t("data", d.toString()));
    });
    child.on("exit", (code) => t("exit", code));
  });
}
