// IDs: CP-03 CP-50 CP-51 CP-57 CP-81 CP-85 ER-21 M-04
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const child = spawn("no-such-program", ["a", "b"]);
t("now", child.pid, child.exitCode, child.stdout === null);
t.on(child, "child", ["spawn", "exit", "close"]);
child.on("error", (err) => t("error", err, child.exitCode, child.signalCode, child.kill()));
process.nextTick(() => t("tick"));
t("later");
