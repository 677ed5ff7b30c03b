// IDs: PR-21 PR-24; exit 6
"use strict";
const t = require("./trace");
process.on("uncaughtException", (err) => { t("caught", err); process.exitCode = 6; });
process.on("exit", (code) => t("exit", code));
setTimeout(() => { throw "plain"; }, 1);
