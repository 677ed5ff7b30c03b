// IDs: PR-68
"use strict";
const t = require("./trace");
process.on("warning", (w) => t("warning", w.name, w.message, w.code, w.detail));
process.emitWarning("plain");
process.emitWarning("typed", "Custom", "C01");
process.emitWarning("with options", { type: "Other", code: "C02", detail: "more" });
for (const bad of [[], [5], ["x", 5], ["x", "T", 5]]) t.throws("bad", () => process.emitWarning(...bad));
t("later");
