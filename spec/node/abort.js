// IDs: PR-29
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("exit", () => t("never"));
  process.abort();
} else {
  fork(__filename, ["child"], { silent: true }).on("exit", (code, signal) => t("exit", code, signal));
}
