// IDs: CP-03 CP-81 ER-21
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const child = spawn("/etc/passwd");
t.on(child, "child", ["spawn", "error", "exit", "close"]);
t("script ends", child.pid);
