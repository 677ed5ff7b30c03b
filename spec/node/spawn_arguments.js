// IDs: CP-01 CP-22 CP-23 M-10
"use strict";
const t = require("./trace");
const { fork, spawn } = require("child_process");
if (process.argv[2]) {
  process.send([process.argv0, process.argv.slice(2)]);
  process.disconnect();
  return;
}
const u = undefined, n = null, o = { env: { A: "a" }, stdio: ["ignore", "pipe"] };
const runs = [["env"], ["env", u], ["env", n], ["env", []], ["env", u, o], ["env", n, o], ["env", [], o], ["env", o], ["env", {}],
  ["echo", ["a", 5, true, "b  c", ""]], ["sh", ["-c", "echo $0"], { argv0: "" }], ["sh", ["-c", "echo $0"], { argv0: "other name" }]];
(function next(i) {
  if (i === runs.length) return changed();
  const child = spawn(...runs[i]);
  t("run", i, child.spawnfile, child.spawnargs.map(String), child.stdin === null);
  let out = "";
  child.stdout.on("data", (d) => { out += d; });
  child.on("close", (code) => { t("close", code, out.includes("A=a"), out === "A=a\n", i > 8 && out); next(i + 1); });
})(0);
// What was given is neither changed nor looked at again.
function changed() {
  const args = ["-c", "echo $A-$1; cat <&0", "x", "y"], options = { env: { A: "a" }, stdio: [], cwd: "/", shell: false };
  const child = spawn("sh", args, options);
  t("as they were", args, Object.keys(options).sort(), options.env, options.cwd);
  args.push("z");
  args[1] = "echo changed";
  options.env.A = "changed";
  options.stdio[0] = "ignore";
  child.spawnargs.push("ours");
  child.stdin.end("input");
  let out = "";
  child.stdout.on("data", (d) => { out += d; });
  child.on("close", () => {
    t("output", out);
    const more = ["a"], silent = { silent: true };
    const other = fork(__filename, more, { argv0: "argv0 of fork" });
    t("fork", more, other.spawnargs[0]);
    other.on("message", (m) => t("message", m));
    other.on("close", () => {
      (function again(lists) {
        if (lists.length === 0) return;
        const forked = fork(__filename, ...lists[0]);
        forked.on("message", (m) => t("forked", m[1]));
        forked.on("close", (code, signal) => { t("close", code, signal); again(lists.slice(1)); });
      })([[["x"]], [["x"], u], [["x"], n], [["x"], silent], [["x"], {}]]);
    });
  });
}
