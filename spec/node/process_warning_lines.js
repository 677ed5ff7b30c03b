// IDs: PR-68
"use strict";
const t = require("./trace");
const { spawnSync } = require("child_process");
const WAYS = {
  plain: () => process.emitWarning("a text"),
  typed: () => process.emitWarning("a text", "Custom", "C1"),
  options: () => process.emitWarning("a text", { type: "Custom", code: "C2", detail: "more of it" }),
  deprecated: () => process.emitWarning("old", "DeprecationWarning", "D1"),
  silent: () => { process.noDeprecation = true; process.emitWarning("old", "DeprecationWarning"); process.emitWarning("new"); },
  thrown: () => {
    process.throwDeprecation = true;
    process.on("uncaughtException", (err) => t("uncaught", err.name, err.message, err.code));
    process.emitWarning("old", "DeprecationWarning", "D2");
    t("later");
  },
  error: () => { const err = new Error("made before"); err.name = "MyWarning"; err.code = "M1"; process.emitWarning(err); },
  twice: () => { for (const text of ["one", "two", "one"]) process.emitWarning(text); process.nextTick(() => t("tick")); t("script ends"); },
};
if (process.argv[2]) {
  t.role(process.argv[2]);
  process.on("warning", (w) => t("warning", w.name, w.message, w.code, w.detail));
  WAYS[process.argv[2]]();
} else {
  for (const name of Object.keys(WAYS)) {
    const { status, stderr } = spawnSync(process.execPath, [process.argv[1], name]);
    const lines = stderr.toString().split("\n").filter((line) => line !== "" && !line.startsWith("(Use `node"));
    t(name, status, lines.map((line) => line.replace(/^\(node:\d+\)/, "(program:pid)")));
  }
}
