// IDs: PR-42 CP-24 ER-14
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
for (const bad of [true, {}, "sigterm", "TERM", 1.5]) t.throws("signal", () => process.kill(process.pid, bad));
for (const bad of [undefined, {}, "x", "1x", 1.5, NaN]) t.throws("pid", () => process.kill(bad, 0));
t.throws("number", () => process.kill(process.pid, 65));
t.throws("number", () => process.kill(process.pid, -1));
t("none but asking", process.kill(process.pid, 0), process.kill(String(process.pid), 0), process.kill(0, 0), process.kill(-process.pid, 0) || 0);
const group = spawn("sh", ["-c", "sleep 60 & echo ready; wait"], { detached: true });
group.stdout.once("data", () => t("sent", process.kill(-group.pid)));
group.on("exit", (code, signal) => t("exit", code, signal));
group.on("close", () => {
  const one = spawn("sleep", ["60"]);
  one.on("exit", (code, signal) => t("by number", code, signal));
  t("sent", process.kill(one.pid, 9));
});
