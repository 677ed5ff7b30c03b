// IDs: CP-52 CP-57 CP-58 CP-81 CP-27 CP-29; as root
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const controller = new AbortController();
const children = [{}, { timeout: 1 }, { signal: controller.signal }].map((options) => spawn("cat", { stdio: ["pipe", "ignore", "ignore"], ...options }));
process.setgid(65534);
process.setuid(65534);
const [plain, timed, aborted] = children;
children.forEach((child, i) => {
  child.on("error", (err) => { t(`error ${i}`, err, child.killed); if (i === 1) rest(); });
  child.on("exit", (code, signal) => t(`exit ${i}`, code, signal, child.killed));
});
t("kill", plain.kill(), plain.kill(0), plain.kill("SIGKILL"), plain.killed);
t.throws("bad", () => plain.kill("nonsense"));
plain.removeAllListeners("error");
t.throws("nobody listens", () => plain.kill());
controller.abort();
t("aborted", aborted.killed);
function rest() {
  plain.stdin.end();
  plain.on("close", () => { timed.stdin.end(); timed.on("close", () => aborted.stdin.end()); });
}
