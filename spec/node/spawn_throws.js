// IDs: CP-04 CP-25 ER-21 M-15
"use strict";
const t = require("./trace");
const { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } = require("child_process");
const fs = require("fs");
// From here on nobody may become root.
if (process.getuid() === 0) {
  process.setgid(65534);
  process.setuid(65534);
}
spawn("true");
const descriptors = () => fs.readdirSync("/proc/self/fd").length;
const before = descriptors();
const root = { uid: 0 };
t.throws("uid", () => spawn("true", root));
t.throws("gid", () => spawn("true", [], { gid: 0 }));
t.throws("fork", () => fork(__filename, [], { ...root, silent: true }));
t.throws("exec", () => exec("true", root, () => t("never")));
t.throws("execFile", () => execFile("true", root, () => t("never")));
const long = "x".repeat(1 << 20);
t.throws("argument", () => spawn("true", [long]));
t.throws("environment", () => spawn("true", { env: { A: long } }));
t.throws("with a channel and pipes", () => spawn("true", [long], { stdio: ["pipe", "pipe", "pipe", "ipc", "pipe"] }));
t("descriptors", descriptors() - before);
// The calls that wait have it in their result.
for (const options of [root, { env: { A: long } }]) {
  const r = spawnSync("true", options);
  t("spawnSync", r.pid, r.status, r.signal, r.output, r.stdout, r.error);
  t.throws("execFileSync", () => execFileSync("true", options));
  t.throws("execSync", () => execSync("true", options));
}
t("descriptors", descriptors() - before);
for (const id of ["x", 1.5, NaN, Infinity, true, {}, 2 ** 32, -(2 ** 31) - 1]) {
  t.throws("uid", () => spawn("true", { uid: id }));
  t.throws("gid", () => execFile("true", { gid: id }));
  t.throws("gid", () => spawnSync("true", { gid: id }));
}
process.nextTick(() => t("tick"));
