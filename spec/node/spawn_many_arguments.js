// IDs: CP-01 CP-03 CP-06 CP-07 CP-11
"use strict";
const t = require("./trace");
const { execFile, execFileSync, spawn, spawnSync } = require("child_process");
const many = Array.from({ length: 30000 }, (_, i) => String(i));
const script = ["-c", "echo $# $30000; exit 3"];
const child = spawn("sh", [...script, ...many]);
t("spawnargs", child.spawnargs.length);
child.stdout.on("data", (d) => t("spawn", d.toString()));
child.on("close", () => {
  const r = spawnSync("sh", [...script, ...many]);
  t("spawnSync", r.status, r.stdout.toString());
  try { execFileSync("sh", [...script, ...many]); } catch (err) { t("execFileSync", err.status, err.message.length); }
  execFile("sh", [...script, ...many], (err, out) => {
    t("execFile", err.code, err.cmd.length, out);
    spawn("no-such-program", many).on("error", (failure) => t("missing", failure.code, failure.spawnargs.length, failure.spawnargs[29999]));
  });
});
