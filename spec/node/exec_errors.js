// IDs: CP-05 CP-07
"use strict";
const t = require("./trace");
const { exec, execFile } = require("child_process");
const runs = [
  ["code", (c) => exec("echo out; echo err >&2; exit 3", c)],
  ["no stderr", (c) => exec("exit 255", c)],
  ["not found", (c) => exec("no-such-program 2>/dev/null", c)],
  ["no shell", (c) => exec("true", { shell: "/no/such/shell" }, c)],
  ["file", (c) => execFile("sh", ["-c", "echo err >&2; exit 1", "a b", ""], c)],
  ["file, no arguments", (c) => execFile("false", c)],
  ["file in a shell", (c) => execFile("exit", ["4"], { shell: true }, c)],
  ["missing", (c) => execFile("no-such-program", ["a", "b c"], c)],
  ["missing, no arguments", (c) => execFile("no-such-program", c)],
  ["not executable", (c) => execFile("/etc/passwd", ["x"], c)],
  ["signal by itself", (c) => exec("kill -9 $$", c)],
  ["signal by us", (c) => exec("read x", c).kill()],
  ["signal 0 by us", (c) => { const child = exec("read x; exit 5", c); child.kill(0); child.stdin.end(); }],
  ["no error", (c) => exec("echo warns >&2", c)],
];
(function next(i) {
  if (i === runs.length) return;
  let called = false;
  runs[i][1]((err, out, err_out) => {
    t(runs[i][0], err, err && err.code, err && err.signal, err && err.killed, out, err_out, called);
    called = true;
    // Nothing follows but "close", where it has not come yet.
    setImmediate(() => next(i + 1));
  });
})(0);
