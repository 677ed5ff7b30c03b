// IDs: PR-20 PR-22; exit 44
"use strict";
const t = require("./trace");
process.on("exit", (code) => { t("exit", code); process.exit(300); });
process.on("exit", (code) => t("second", code));
process.on("beforeExit", () => t("never"));
setTimeout(() => t("never"), 5);
t.throws("text", () => process.exit("abc"));
t.throws("fraction", () => process.exit(1.5));
process.exit(4);
