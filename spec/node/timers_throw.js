// IDs: TM-08 PR-24 PR-25 PR-67
"use strict";
const t = require("./trace");
process.on("uncaughtExceptionMonitor", (err, origin) => t("monitor", err.message, origin));
process.on("uncaughtException", (err, origin) => t("caught", err.message, origin));
process.nextTick(() => { throw new Error("tick"); });
process.nextTick(() => t("later tick"));
function immediates() {
  setImmediate(() => { throw new Error("immediate"); });
  setImmediate(() => t("later immediate"));
}
setTimeout(() => {
  setTimeout(() => { throw new Error("one"); }, 5);
  setTimeout(() => { t("two"); setTimeout(immediates, 20); }, 5);
}, 50);
process.on("exit", (code) => t("exit", code));
