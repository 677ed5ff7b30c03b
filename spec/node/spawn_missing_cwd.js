// IDs: CP-20 Q-13
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const child = spawn("true", [], { cwd: "/no/such/folder" });
child.on("error", (err) => t("error", err));
child.on("close", (code) => t("close", code));
