// IDs: PR-09 PR-20
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  for (let i = 1; i <= 5; i++) process.send(i);
  process.exit(8);
} else {
  const child = fork(__filename, ["child"]);
  const got = [];
  child.on("message", (m) => got.push(m));
  child.on("close", (code) => t("close", code, got));
}
