// IDs: PR-02 PR-26
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.disconnect();
  process.send("x");
} else {
  const child = fork(__filename, ["child"], { silent: true });
  child.on("message", () => t("never"));
  child.on("exit", (code, signal) => t("exit", code, signal));
}
