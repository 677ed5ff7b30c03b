// IDs: PR-22 PR-24
"use strict";
const t = require("./trace");
process.on("uncaughtException", (err, origin) => t("caught", err.message, origin, process.exitCode));
process.on("exit", (code) => { t("exit", code); throw new Error("in exit"); });
process.on("exit", () => t("never"));
process.on("beforeExit", (code) => t("beforeExit", code));
