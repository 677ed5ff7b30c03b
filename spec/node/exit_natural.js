// IDs: PR-21 PR-22 PR-23; exit 9
"use strict";
const t = require("./trace");
let rounds = 0;
process.on("beforeExit", (code) => {
  t("beforeExit", code);
  if (++rounds < 3) setTimeout(() => t("more work"), 1);
});
process.on("exit", (code) => {
  t("exit", code, process.exitCode);
  setTimeout(() => t("never"), 0);
  process.nextTick(() => t("never"));
  process.exitCode = 9;
});
process.exitCode = 3;
