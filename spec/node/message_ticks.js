// IDs: CP-82 PR-07 PR-24
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  t.role("child");
  process.on("uncaughtException", (err) => t("caught", err.message));
  process.on("message", (m) => {
    t("message", m);
    if (m === 2) throw new Error("in listener");
    if (m === 3) process.disconnect();
  });
} else {
  const child = fork(__filename, ["child"]);
  for (const m of [1, 2, 3]) child.send(m);
  child.on("exit", (code) => t("exit", code));
}
