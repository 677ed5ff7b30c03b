// IDs: CP-51 CP-52 CP-57 CP-58 CP-84 ER-14
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const child = spawn("sleep", ["60"], { stdio: "ignore" });
t("test", child.kill(0), child.killed);
for (const bad of ["SIGNOPE", "nonsense", "TERM", "", "9", 1000, -1, 40, 64, 1.5, true, false, {}]) t.throws("bad", () => child.kill(bad));
t("nothing sent", child.exitCode, child.signalCode);
// A signal by each of its names, and by number.
const signals = ["sigkill", "SigInt", "SIGIO", "SIGPOLL", "SIGIOT", "SIGABRT", "SIGSTKFLT", 9, 29, 15, undefined];
child.on("exit", (code, signal) => {
  t("exit", code, signal, child.exitCode, child.signalCode, child.killed);
  t("after", child.kill(), child.kill(0), child.killed);
  t.throws("bad after", () => child.kill("nonsense"));
  (function next(i) {
    if (i === signals.length) return stopped();
    const other = spawn("sleep", ["60"], { stdio: "ignore" });
    other.on("exit", (c, s) => { t("by", signals[i], c, s, other.killed); next(i + 1); });
    t("sent", other.kill(signals[i]), other.killed, other.signalCode);
  })(0);
});
t("sent", child.kill("sigterm"), child.killed);
// killed says that a signal was sent, not that anything ended.
function stopped() {
  const one = spawn("cat", { stdio: ["pipe", "ignore", "ignore"] });
  t("stop", one.kill("SIGSTOP"), one.kill("SIGCONT"), one.killed);
  one.stdin.end();
  one.on("exit", (code, signal) => {
    t("went on", code, signal, one.killed);
    const itself = spawn("sh", ["-c", "kill -TERM $$"]);
    itself.on("exit", (c, s) => t("by itself", c, s, itself.killed, itself.exitCode, itself.signalCode));
  });
}
