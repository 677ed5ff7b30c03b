// IDs: CP-26 CP-05 CP-55 CP-35
"use strict";
const t = require("./trace");
const { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } = require("child_process");
if (process.argv[2]) {
  process.disconnect();
  return;
}
const runs = [["echo one; echo $0", { shell: true }], ["echo", ["a", "b  c", "$((1 + 1))", "*.no", "'q'"], { shell: "/bin/sh" }],
  ["echo $0", ["x"], { shell: "/bin/bash" }], ["echo $0", { shell: true, argv0: "other" }], ["echo", ["$A"], { shell: false, env: { A: "a" } }],
  ["echo", ["$A"], { shell: "", env: { A: "a" } }], ["echo $A", { shell: true, env: { A: "a" } }], ["exit 7", { shell: true }],
  ["pwd", { shell: true, cwd: "/" }], ["no-such-program", ["2>/dev/null"], { shell: true }], ["true", { shell: "/no/such/shell" }],
  ["echo x", { shell: true, windowsHide: true, windowsVerbatimArguments: true }]];
(function next(i) {
  if (i === runs.length) return collected();
  const child = spawn(...runs[i]);
  t("run", i, child.spawnfile, child.spawnargs);
  let out = "";
  child.stdout.on("data", (d) => { out += d; });
  child.on("error", (err) => t("error", err));
  child.on("close", (code) => { t("close", code, out); next(i + 1); });
})(0);
function collected() {
  const child = exec("echo $0", { shell: "/bin/bash" }, (err, out) => {
    t("exec", err, out, child.spawnfile, child.spawnargs);
    const none = exec("echo", { shell: "" }, (failure, text) => {
      t("exec without one", failure, text, none.spawnfile, none.spawnargs);
      execFile("echo $0", ["a"], { shell: true }, (no, last) => {
        t("execFile", no, last);
        t("spawnSync", spawnSync("echo $0", ["a"], { shell: true }).stdout, execFileSync("echo $0", { shell: "/bin/bash" }), execSync("echo $0", { shell: "/bin/bash" }));
        // Not for a fork.
        const forked = fork(__filename, ["child"], { shell: true });
        t("fork", forked.spawnfile === process.execPath, forked.spawnargs.length);
        forked.on("exit", (code) => t("exit", code));
      });
    });
  });
  for (const shell of [5, {}, () => {}]) {
    t.throws("spawn", () => spawn("true", [], { shell }));
    t.throws("execFile", () => execFile("true", [], { shell }));
    t.throws("spawnSync", () => spawnSync("true", [], { shell }));
    t.throws("execFileSync", () => execFileSync("true", [], { shell }));
  }
}
