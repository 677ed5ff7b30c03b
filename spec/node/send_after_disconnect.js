// IDs: CP-53 CP-62 CP-66 CP-81 CP-83 ER-01 ER-02
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", () => {});
} else {
  const child = fork(__filename, ["child"]);
  child.on("disconnect", () => t("disconnect", child.connected));
  child.on("error", (err) => t("error", err));
  child.on("exit", (code) => t("exit", code));
  child.disconnect();
  t("asked", child.connected);
  t("sent", child.send("x", (err) => t("callback", err)));
  t("sent", child.send("y"));
  child.disconnect();
  process.nextTick(() => t("tick"));
}
