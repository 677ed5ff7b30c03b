// IDs: CP-63 CP-53 CP-60 CP-81 CP-83 CP-84 Q-06 ER-21
"use strict";
const t = require("./trace");
const fs = require("fs");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", () => {});
  process.send("up");
  return;
}
// The child is dead, and nothing has been read from it since: so this side still holds itself for connected.
function dead(child) {
  child.kill("SIGKILL");
  for (;;) {
    const status = fs.readFileSync(`/proc/${child.pid}/status`, "latin1");
    if (/State:\tZ/.test(status) && /Threads:\t1\n/.test(status)) return;
  }
}
const runs = [
  ["nobody is called back", (child) => t("sent", child.send("x"))],
  ["each", (child) => t("sent", child.send("x"), child.send({ text: "y" }), child.send(3))],
  ["callback", (child) => t("sent", child.send("x", (err) => t("callback", err)))],
  ["callbacks", (child) => t("sent", child.send("x", (err) => t("callback", err)), child.send("y", (err) => t("callback", err && err.code)))],
  ["large", (child) => { child.send("x".repeat(1e6)); }],
  ["in a tick", (child) => process.nextTick(() => t("sent", child.send("x")))],
  ["then disconnect", (child) => { t("sent", child.send("x")); child.disconnect(); t("connected", child.connected); }],
  ["nothing", () => {}],
];
(function next(i) {
  if (i === runs.length) return;
  const child = fork(__filename, ["child"]);
  t("run", runs[i][0]);
  child.on("message", () => {
    dead(child);
    t("connected", child.connected, child.channel !== null);
    runs[i][1](child);
  });
  t.on(child, "child", ["error", "disconnect", "exit"]);
  child.on("exit", () => setTimeout(next, 10, i + 1));
})(0);
