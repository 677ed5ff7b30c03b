// IDs: PR-24; exit 7
"use strict";
const t = require("./trace");
process.on("uncaughtException", (err) => { t("caught", err.message); throw new Error("again"); });
setTimeout(() => { throw new Error("boom"); }, 1);
setTimeout(() => t("never"), 20);
