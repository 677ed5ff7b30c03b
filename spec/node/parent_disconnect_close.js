// IDs: CP-86 Q-01
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", () => {});
} else {
  const child = fork(__filename, ["child"]);
  t.on(child, "child", ["disconnect", "exit", "close"]);
  child.disconnect();
}
