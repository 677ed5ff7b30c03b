// IDs: Q-19 CP-57
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
process.on("SIGTERM", () => t("signalled itself"));
const child = spawn("no-such-program");
child.on("error", (err) => t("error", err.code));
t("kill", child.kill());
setTimeout(() => {}, 200);
