// IDs: PR-20 PR-21 PR-29 CP-08 CP-80 CP-84
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const codes = ["0", "256", "-1", "300", "text", "later"];
const run = process.argv[2];
if (!run) {
  (function next(i) {
    if (i === codes.length) return;
    fork(__filename, [codes[i]]).on("exit", (code, signal) => { t(codes[i], code, signal); next(i + 1); });
  })(0);
} else if (run === "text") {
  process.exitCode = "12";
} else if (run === "later") {
  process.exitCode = 5;
  setTimeout(() => process.exit(), 1);
} else {
  process.exit(Number(run));
}
if (!run) {
  for (const bad of [true, {}, "abc", 1.5]) t.throws("exitCode", () => { process.exitCode = bad; });
  t("unset", process.exitCode);
}
