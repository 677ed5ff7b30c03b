// IDs: CP-29 ER-19
"use strict";
const t = require("./trace");
const { exec, execFile, fork, spawn } = require("child_process");
if (process.argv[2]) {
  process.on("message", () => {});
  return;
}
for (const signal of [5, "x", true, {}, []]) {
  for (const [name, call] of [["spawn", () => spawn("true", [], { signal })], ["fork", () => fork("x", [], { signal })],
    ["exec", () => exec("true", { signal })], ["execFile", () => execFile("true", { signal })]]) t.throws(name, call);
}
const runs = [
  ["aborted while it runs", (signal, abort) => { const child = spawn("sh", ["-c", "read x"], { signal }); child.on("spawn", abort); return child; }],
  ["by another signal", (signal, abort) => { const child = spawn("sh", ["-c", "read x"], { signal, killSignal: "SIGKILL" }); child.on("spawn", abort); return child; }],
  ["at once", (signal) => spawn("sh", ["-c", "read x"], { signal }), true],
  ["before", (signal, abort) => { abort(); const child = spawn("sh", ["-c", "read x"], { signal }); t("pid", child.pid > 0, child.killed); return child; }],
  ["of none", (signal, abort) => { abort(); return spawn("no-such-program", [], { signal }); }],
  ["of one that is not there", (signal, abort) => { const child = spawn("no-such-program", [], { signal }); child.on("error", abort); return child; }],
  ["after its end", (signal, abort) => { const child = spawn("true", { signal }); child.on("exit", abort); return child; }],
  ["twice", (signal, abort) => { const child = spawn("sh", ["-c", "read x"], { signal }); child.on("spawn", () => { abort(); abort(); }); return child; }],
  ["of a fork", (signal, abort) => { const child = fork(__filename, ["child"], { signal }); child.on("spawn", abort); return child; }],
  ["of a fork, before", (signal, abort) => { abort(); return fork(__filename, ["child"], { signal }); }],
  ["of execFile", (signal, abort, c) => { const child = execFile("sh", ["-c", "read x"], { signal }, c); child.on("spawn", abort); return child; }],
  ["of exec, before", (signal, abort, c) => { abort(); return exec("read x", { signal }, c); }],
];
const reasons = [[], ["why"], [new Error("because")]];
(function next(i) {
  if (i === runs.length * reasons.length) return;
  const [name, run, at_once] = runs[Math.floor(i / reasons.length)];
  const controller = new AbortController();
  t("run", name);
  const abort = () => controller.abort(...reasons[i % reasons.length]);
  const child = run(controller.signal, abort, (err, out, err_out) => t("callback", err, err.cause === controller.signal.reason, out, err_out));
  t.on(child, "child", ["spawn", "exit"]);
  child.on("error", (err) => t("error", err, err.cause === controller.signal.reason, err.name === "AbortError" && err.cause, child.killed));
  child.on("close", (code, signal) => { t("close", code, signal, child.killed); next(i + 1); });
  if (at_once) { abort(); t("now", child.killed); }
})(0);
