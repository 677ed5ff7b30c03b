// IDs: CP-02 ER-12 M-15
"use strict";
const t = require("./trace");
const { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } = require("child_process");
const calls = {
  exec: (bad, options) => exec(bad || "true", options), execFile: (bad, options) => execFile(bad || "true", [], options),
  execFileSync: (bad, options) => execFileSync(bad || "true", [], options), execSync: (bad, options) => execSync(bad || "true", options),
  fork: (bad, options) => fork(bad || "x", [], options), spawn: (bad, options) => spawn(bad || "true", [], options),
  spawnSync: (bad, options) => spawnSync(bad || "true", [], options),
};
for (const name of Object.keys(calls).sort()) {
  t.throws(`${name} file`, () => calls[name]("tr\0ue"));
  t.throws(`${name} env key`, () => calls[name](undefined, { env: { "A\0": "x" } }));
  t.throws(`${name} env value`, () => calls[name](undefined, { env: { A: "x\0y" } }));
  for (const option of [{ cwd: "/\0" }, { shell: "/bin/\0sh" }, { argv0: "x\0" }, { execPath: "/\0" }, { execArgv: ["a\0"] }]) {
    const key = Object.keys(option)[0];
    if ((key === "shell") === (name === "fork") || (key.startsWith("exec") && name !== "fork") || (key === "argv0" && name === "exec")) continue;
    t.throws(`${name} ${key}`, () => calls[name](undefined, option));
  }
}
for (const [name, call] of Object.entries({ execFile, execFileSync, spawn, spawnSync }))
  t.throws(`${name} arguments`, () => call("true", ["a", "b\0"]));
// Node counts what else is on the command line.
try { fork("x", ["a", "b\0"]); } catch (err) { t("fork arguments", err.name, err.code); }
