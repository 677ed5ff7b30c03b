// IDs: PR-22 PR-25 PR-26; exit 1
"use strict";
const t = require("./trace");
process.on("exit", (code) => t("exit", code));
process.on("uncaughtExceptionMonitor", (err, origin) => t("monitor", err.message, origin));
process.on("beforeExit", () => t("never"));
setTimeout(() => t("never"), 50);
setTimeout(() => { throw new Error("boom"); }, 1);
