// IDs: CP-03 CP-56 CP-81 CP-85
"use strict";
const t = require("./trace");
const { exec, fork, spawn, spawnSync } = require("child_process");
const fs = require("fs");
if (process.argv[2]) {
  const taken = [];
  try { for (;;) taken.push(fs.openSync("/dev/null")); } catch (err) { t("taken", err.code); }
  const child = spawn("true");
  t("now", child.pid, child.stdin, child.stdout, child.stderr, child.spawnfile, child.spawnargs);
  t.on(child, "child", ["spawn", "exit"]);
  child.on("error", (err) => t("error", err, child.exitCode));
  child.on("close", (code, signal) => {
    t("close", code, signal);
    const forked = fork(__filename, ["never"]);
    t("fork", forked.pid, forked.connected, forked.channel);
    forked.on("error", (failure) => t("error", failure.code, failure.syscall === `spawn ${process.execPath}`));
    forked.on("close", (c) => {
      t("close", c);
      exec("true", (err, out, err_out) => {
        t("exec", err, out, err_out);
        const r = spawnSync("true");
        t("sync", r.status, r.error);
        // Enough of them are there again.
        for (const fd of taken) fs.closeSync(fd);
        spawn("true").on("exit", (again) => t("exit", again));
      });
    });
  });
} else {
  spawn("sh", ["-c", 'ulimit -n 64; exec "$0" "$1" child', process.execPath, __filename], { stdio: "inherit" }).on("exit", (code) => t("child", code));
}
