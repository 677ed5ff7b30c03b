// IDs: CP-43 CP-53 CP-54 CP-60 PR-01
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
if (process.argv[2]) {
  t.role("child");
  t("has", typeof process.send, process.connected, process.env.NODE_CHANNEL_FD);
  process.on("message", (m) => { process.send(m); process.disconnect(); });
} else {
  const child = spawn(process.execPath, [__filename, "child"], { stdio: ["ignore", "inherit", "inherit", "ignore", "ignore", "ipc"] });
  t("now", child.connected, child.stdio[5], typeof child.channel.fd);
  t.on(child, "child", ["spawn", "message", "disconnect", "exit"]);
  child.on("close", (code) => t("close", code, child.channel, child.connected));
  t("sent", child.send({ a: [1, 2], b: "x" }));
}
