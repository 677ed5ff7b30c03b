// IDs: CP-51 CP-52 CP-57 CP-58 CP-84 ER-14
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const child = spawn("sleep", ["60"], { stdio: "ignore" });
t("test", child.kill(0), child.killed);
for (const bad of ["SIGNOPE", "nonsense", 1000, true, 1.5]) {
  try { child.kill(bad); t("bad", "nothing"); } catch (err) { t("bad", err.name, err.code); }
}
child.on("exit", (code, signal) => {
  t("exit", code, signal, child.exitCode, child.signalCode, child.killed);
  t("after", child.kill(), child.kill(0));
  spawn("sleep", ["60"], { stdio: "ignore" }).on("exit", (c, s) => t("by number", c, s)).kill(9);
});
t("sent", child.kill("sigterm"));
