// IDs: CP-66 CP-65 CP-53 CP-83
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const net = require("net");
if (process.argv[2]) {
  t.role(process.argv[2]);
  process.on("message", (m, handle) => { t("message", m, handle !== undefined); if (handle) handle.close(); });
  process.on("disconnect", () => t("disconnect", process.connected));
} else {
  const child = fork(__filename, ["messages"]);
  t.on(child, "child", ["disconnect", "error"]);
  for (let i = 1; i <= 5; i++) child.send(i);
  child.disconnect();
  t("asked", child.connected, child.channel);
  // What was sent before arrives, and nothing after.
  t("after", child.send(6, (err) => t("callback", err)));
  child.on("exit", (code) => {
    t("exit", code);
    const server = net.createServer();
    server.listen(0, "127.0.0.1", () => {
      const other = fork(__filename, ["handles"]);
      t.on(other, "other", ["disconnect", "error"]);
      other.send("first", server);
      for (let i = 2; i <= 4; i++) other.send(i);
      other.disconnect();
      t("asked", other.connected);
      other.on("exit", (c) => { t("exit", c); server.close(); });
    });
  });
}
