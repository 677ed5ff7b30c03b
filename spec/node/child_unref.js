// IDs: CP-59 CP-89
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const child = spawn("sleep", ["30"], { stdio: "ignore", detached: true });
child.on("exit", () => t("never"));
child.unref();
process.on("exit", () => { t("ends before the child", child.exitCode); process.kill(-child.pid, "SIGKILL"); });
