// IDs: TM-01 TM-04 TM-07 M-12 PR-67
"use strict";
const t = require("./trace");
setTimeout((...args) => t("timer a", ...args), 500, 1, "x");
setTimeout(() => t("timer b"), 500);
setImmediate((v) => {
  t("immediate", v);
  setImmediate(() => t("immediate in next turn"));
  process.nextTick(() => t("tick in immediate"));
}, 5);
setImmediate(() => t("second immediate"));
process.nextTick((...args) => {
  t("tick", ...args);
  process.nextTick(() => t("tick in tick"));
}, 1, undefined, 3);
process.nextTick(() => t("tick two"));
t.throws("timeout", () => setTimeout());
t.throws("interval", () => setInterval("x"));
t.throws("immediate", () => setImmediate(5));
t.throws("tick", () => process.nextTick({}));
t("script ends");
