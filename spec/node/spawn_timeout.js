// IDs: CP-27 CP-28 CP-52 ER-13 ER-14
"use strict";
const t = require("./trace");
const { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } = require("child_process");
const calls = {
  spawn: (o) => spawn("true", [], o), exec: (o) => exec("true", o), execFile: (o) => execFile("true", o), fork: (o) => fork("x", o),
  spawnSync: (o) => spawnSync("true", [], o), execFileSync: (o) => execFileSync("true", o), execSync: (o) => execSync("true", o),
};
for (const name of Object.keys(calls).sort()) {
  for (const timeout of [-1, 1.5, NaN, "5", true, Infinity]) t.throws(`${name} timeout`, () => calls[name]({ timeout }));
  for (const killSignal of [true, {}, "SIGNOPE", "", 0, 1.5, 500, -1, 40, "9"])
    t.throws(`${name} killSignal`, () => calls[name]({ killSignal }));
}
const hold = ["-c", "read x"];
const runs = [
  [hold, { timeout: 1 }], [hold, { timeout: 1, killSignal: "SIGKILL" }], [hold, { timeout: 1, killSignal: "sigint" }],
  [hold, { timeout: 1, killSignal: 9 }],
  // None, and one that is in nobody's way once the child has ended.
  [["-c", "exit 2"], { timeout: 0 }], [["-c", "exit 2"], { timeout: undefined }], [["-c", "exit 2"], { timeout: 4e5, killSignal: "SIGKILL" }],
];
(function next(i) {
  if (i === runs.length) return survivor();
  const child = spawn("sh", ...runs[i]);
  t.on(child, "child", ["spawn", "error", "exit"]);
  child.on("close", () => { t("close", child.exitCode, child.signalCode, child.killed); next(i + 1); });
})(0);
// What the signal does not end goes on, its output cut off where it was collected.
function survivor() {
  const child = execFile("sh", ["-c", "read x; exit 3"], { timeout: 1, killSignal: "SIGWINCH" }, (err, out, err_out) => {
    t("survivor", err, err.code, err.signal, err.killed, out, err_out, child.killed);
    grandchild();
  });
  child.stdout.on("close", () => { t("cut", child.killed, child.exitCode); child.stdin.end(); });
}
// The grandchild has the pipe, and nobody waits for it.
function grandchild() {
  exec("sleep 1000 & read x", { timeout: 300, killSignal: "SIGKILL" }, (err, out, err_out) => {
    t("grandchild", err, err.code, err.signal, err.killed, out, err_out);
  });
}
