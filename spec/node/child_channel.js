// IDs: PR-02 PR-03 PR-04 PR-05 PR-08 ER-01 ER-02
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  t.role("child");
  t("has", process.connected, typeof process.channel.ref, typeof process.channel.unref);
  process.on("disconnect", () => { t("disconnect", process.connected, process.channel); });
  process.on("error", (err) => t("error", err));
  process.disconnect();
  t("asked", process.connected);
  t("sent", process.send("x", (err) => t("callback", err)));
  t("sent", process.send("y"));
  process.disconnect();
  setTimeout(() => t("ends"), 50);
} else {
  const child = fork(__filename, ["child"]);
  t.on(child, "child", ["message", "disconnect", "exit"]);
}
