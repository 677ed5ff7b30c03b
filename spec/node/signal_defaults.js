// IDs: PR-22 PR-41 CP-51 CP-57 CP-84
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const list = ["SIGTERM", "SIGINT", "SIGHUP", "handled", "SIGPIPE"];
const mode = process.argv[2];
if (!mode) {
  (function next(i) {
    if (i === list.length) return;
    const child = fork(__filename, [list[i]]);
    child.on("message", () => {
      t(list[i], child.exitCode, child.signalCode, child.kill(i < 3 || i === 4 ? list[i] : "SIGTERM"), child.killed);
      if (list[i] === "SIGPIPE") child.send("go");
    });
    child.on("exit", (code, signal) => { t("exit", code, signal, child.exitCode, child.signalCode, child.kill()); next(i + 1); });
  })(0);
} else {
  process.on("exit", () => { if (mode !== "handled" && mode !== "SIGPIPE") t("never"); });
  if (mode === "handled") process.on("SIGTERM", () => process.exit(7));
  process.on("message", () => process.exit(3));
  process.send("ready");
}
