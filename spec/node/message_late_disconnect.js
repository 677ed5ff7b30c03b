// IDs: PR-07 Q-07
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  setTimeout(() => process.on("message", () => process.disconnect()), 200);
} else {
  const child = fork(__filename, ["child"], { silent: true });
  for (const m of [1, 2, 3]) child.send(m);
  child.on("exit", (code) => t("exit", code));
}
