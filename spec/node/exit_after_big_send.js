// IDs: PR-09 Q-08
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.send("x".repeat(4000000));
  process.exit(8);
} else {
  const child = fork(__filename, ["child"]);
  child.on("message", (m) => t("message", m.length));
  child.on("close", (code) => t("close", code));
}
