// IDs: CP-05 CP-06
"use strict";
const t = require("./trace");
const { exec, execFile } = require("child_process");
const u = undefined, n = null, a = ["-c", "echo $A.$0"], o = { env: { A: "a" } };
const c = (err, out, err_out) => { t("callback", err && err.code, out, err_out); };
const never = () => t("never");
// Either of arguments, options and callback may be missing.
const files = [[a], [a, o], [a, o, c], [a, c], [a, u, u], [a, n, n], [a, u, c], [a, n, c], [a, u, u, c], [a, n, n, c],
  [a, o, u], [a, o, n], [u, o, c], [n, o, c], [o], [o, c], [o, u], [c], [u, c], [n, c], [u, u, c], [n, n, c], [c, never], [c, u, never],
  [a, c, never], [[], o, c], [[], {}, c], [{}, c], [[], c], []];
const commands = [[], [c], [o], [o, c], [u, c], [n, c], [u], [n], [{}, c], [o, u], [o, n]];
function next(run, lists, i, done) {
  if (i === lists.length) return done();
  t("run", i);
  const child = run(lists[i]);
  let out = "";
  child.stdin.end();
  child.stdout.on("data", (d) => { out += d; });
  child.on("close", (code, signal) => {
    t("close", code, signal, out, child.spawnfile, child.spawnargs);
    next(run, lists, i + 1, done);
  });
}
next((list) => execFile("sh", ...list), files, 0, () => next((list) => exec("echo $A.$0", ...list), commands, 0, () => {
  // What is none of them.
  for (const list of [["x"], [5], [true], [a, "x"], [a, 5], [o, "x"], [a, o, "x"], [a, o, 5], [a, o, {}], [o, 5], [u, "x"], [a, u, "x"]])
    t.throws("execFile", () => execFile("sh", ...list));
  for (const list of [[], [u], [5], [{}], [""]]) t.throws("file", () => execFile(...list));
  for (const list of [[], [u], [5], [{}], [""], [a]]) t.throws("command", () => exec(...list));
  for (const list of [[{}, "x"], [{}, 5], [u, 5], [u, {}]]) t.throws("exec", () => exec("true", ...list));
  t.throws("argv0", () => execFile("sh", a, { argv0: 5 }));
}));
