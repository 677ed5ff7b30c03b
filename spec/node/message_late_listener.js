// IDs: CP-82 PR-07
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  t.role("child");
  setTimeout(() => {
    t("listens");
    process.on("message", (m) => {
      t("message", m);
      if (m === 3) setTimeout(() => process.disconnect(), 1);
    });
  }, 200);
} else {
  const child = fork(__filename, ["child"]);
  for (const m of [1, 2, 3]) child.send(m);
  child.on("exit", (code) => t("exit", code));
}
