// IDs: PR-24 PR-27
"use strict";
const t = require("./trace");
t("has", process.hasUncaughtExceptionCaptureCallback());
t.throws("bad", () => process.setUncaughtExceptionCaptureCallback(5));
process.on("uncaughtException", () => t("event"));
process.setUncaughtExceptionCaptureCallback((err) => t("captured", err));
t("has", process.hasUncaughtExceptionCaptureCallback());
t.throws("twice", () => process.setUncaughtExceptionCaptureCallback(() => {}));
setTimeout(() => { throw "a text"; }, 1);
setTimeout(() => { process.setUncaughtExceptionCaptureCallback(null); throw 5; }, 20);
