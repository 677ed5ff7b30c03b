// IDs: PR-22; exit 1
"use strict";
const t = require("./trace");
process.on("exit", (code) => { t("exit", code); throw new Error("in exit"); });
process.on("exit", () => t("never"));
