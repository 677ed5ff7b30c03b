// IDs: Q-09
"use strict";
const t = require("./trace");
const net = require("net");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", () => process.send("got"));
} else {
  const child = fork(__filename, ["child"]);
  const server = net.createServer({ pauseOnConnect: true }, (socket) => child.send("socket", socket));
  child.on("message", () => child.kill("SIGKILL"));
  child.on("exit", () => setImmediate(() => {
    setTimeout(() => { t("waited", "in vain"); process.exit(); }, 500);
    server.getConnections((err, n) => t("count", err, n));
    server.close(() => { t("closed"); process.exit(); });
  }));
  server.listen(0, "127.0.0.1", () => net.connect(server.address().port, "127.0.0.1").on("error", () => {}));
}
