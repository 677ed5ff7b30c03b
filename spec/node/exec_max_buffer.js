// IDs: CP-32 ER-06
"use strict";
const t = require("./trace");
const { exec, execFile, execFileSync, execSync, spawnSync } = require("child_process");
for (const bad of [-1, NaN, -Infinity, "5", true, {}, -0.5]) {
  t.throws("exec", () => exec("true", { maxBuffer: bad }));
  t.throws("execFile", () => execFile("true", { maxBuffer: bad }));
  t.throws("spawnSync", () => spawnSync("true", [], { maxBuffer: bad }));
  t.throws("execFileSync", () => execFileSync("true", { maxBuffer: bad }));
  t.throws("execSync", () => execSync("true", { maxBuffer: bad }));
}
const bytes = (n, fd) => `head -c ${n} /dev/zero | tr '\\0' x >&${fd}`;
const runs = [["printf hello", 5], ["printf hello", 4], ["printf hello >&2", 5], ["printf hello >&2", 4],
  ["printf hello", 0], ["true", 0], ["printf hello; printf world >&2", 5], ["printf hello", 4.5], ["printf hello", Infinity],
  [bytes(1048576, 1)], [bytes(1048577, 1)], [bytes(1048577, 2)], [bytes(3000000, 1), Infinity],
  ["trap '' TERM; printf hello; read x", 4, "SIGKILL"]];
(function next(i) {
  if (i === runs.length) return first_of_two();
  const [command, maxBuffer, killSignal] = runs[i];
  const options = { killSignal };
  if (maxBuffer !== undefined) options.maxBuffer = maxBuffer;
  const child = exec(command, options, (err, out, err_out) => {
    const [o, e] = [out, err_out].map((text) => text.length > 20 ? text.length : text);
    t("run", i, o, e, err, err && err.killed, err && err.signal, err && err.stack !== undefined);
    if (!err) t("killed", child.killed);
    next(i + 1);
  });
})(0);
// What came by the other stream before stays.
function first_of_two() {
  const child = exec("printf out; read x; printf many >&2; read x", { maxBuffer: 3 }, (err, out, err_out) => t("two", err, out, err_out));
  child.stdout.once("data", () => child.stdin.write("\n"));
}
