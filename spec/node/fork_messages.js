// IDs: CP-08 CP-53 CP-60 CP-65 CP-82 CP-83 CP-84 CP-85 M-06 M-07 PR-02 PR-07
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", (m) => {
    if (m === "end") process.disconnect(); else process.send(m);
  });
} else {
  const child = fork(__filename, ["a", "b"]);
  t("args", child.spawnargs.length, child.connected, child.stdin, child.stdout);
  t.on(child, "child", ["spawn", "message", "disconnect", "exit"]);
  child.on("close", (code, signal) => t("close", code, signal, child.connected));
  for (const m of ["text", "", 5, 1.5, -0.25, 1e21, true, false, [1, "two", [3]], { a: { b: 1 } }, { f: () => {}, x: 1 },
    [1, () => {}, 2], "\u00e9\u20ac", "x\u0001\n"]) child.send(m);
  child.send(null);
  child.send("end");
}
