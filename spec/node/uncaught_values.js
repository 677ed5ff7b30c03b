// IDs: PR-24 PR-25 PR-26 PR-67
"use strict";
const t = require("./trace");
const { spawnSync } = require("child_process");
const raise = (value) => () => { throw value; };
if (process.argv[2]) {
  process.on("exit", (code) => { t.role(process.argv[2]); t("exit", code); });
  process.on("uncaughtExceptionMonitor", () => { t.role(process.argv[2]); t("monitor"); });
  if (process.argv[2] === "in script") throw new Error("from the script");
  setTimeout(raise(process.argv[2] === "text" ? "a text" : new TypeError("from a timer")), 1);
} else {
  const object = { some: "object" };
  process.on("uncaughtException", (err, origin) => t("caught", err === object || err, origin));
  for (const value of [5, "text", false, object, null, new RangeError("mine")]) {
    process.nextTick(raise(value));
    setTimeout(raise(value), 10);
    setTimeout(() => setImmediate(raise(value)), 30);
  }
  setTimeout(() => {
    for (const how of ["in script", "in timer", "text"]) {
      const { status, stderr } = spawnSync(process.execPath, [process.argv[1], how]);
      const text = stderr.toString();
      t(how, status, /from the script|from a timer|a text/.test(text), how === "text" || text.includes("uncaught_values"));
    }
  }, 400);
}
