// IDs: Q-12
"use strict";
const t = require("./trace");
const net = require("net");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.send("spins", () => { for (;;); });
} else {
  const child = fork(__filename, ["child"]);
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    child.send("socket", socket, () => {});
    child.disconnect();
    t("connected", child.connected);
    child.kill("SIGKILL");
  });
  t.on(child, "child", ["error", "disconnect", "exit"]);
  child.on("exit", () => setTimeout(() => process.exit(), 100));
  child.on("message", () => server.listen(0, "127.0.0.1", () => {
    net.connect(server.address().port, "127.0.0.1").on("error", () => {});
  }));
}
