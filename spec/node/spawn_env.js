// IDs: CP-21 CP-01
"use strict";
const t = require("./trace");
const fs = require("fs");
const { execFileSync, fork, spawn } = require("child_process");
if (process.argv[2]) {
  process.send([process.env.A, process.env.B, process.env.SET_LATER]);
  process.disconnect();
  return;
}
const shown = (env) => execFileSync("/usr/bin/env", { env }).toString().split("\n").filter((line) => line !== "").sort();
t("only these", shown({ A: "a", B: "", c: "lower", C: "upper", "D E": "f=g\nh" }));
t("texts of", shown({ A: 1, B: 1.5, C: true, D: false, E: null, F: undefined, G: -0.25, 5: "x" }));
t("none", shown({}));
t("inherited", shown(Object.assign(Object.create(Object.assign(Object.create({ C: "c", A: "hidden" }), { B: "b" })), { A: "a" })));
// This process's own, as it is when the call is made.
delete process.env.SET_LATER;
t("before", execFileSync("sh", ["-c", "echo ${SET_LATER-unset}"]).toString());
process.env.SET_LATER = "now";
const child = spawn("sh", ["-c", "echo ${SET_LATER-unset}"]);
process.env.SET_LATER = "then";
child.stdout.on("data", (d) => t("after", d.toString()));
child.on("close", () => {
  // A name without a slash is looked for in the child's PATH.
  const folder = `${process.env.TRACE_DIR}/bin`;
  fs.mkdirSync(folder);
  fs.writeFileSync(`${folder}/our-program`, "#!/bin/sh\necho found $1\n", { mode: 0o755 });
  t("found", execFileSync("our-program", ["it"], { env: { PATH: `/nowhere:${folder}` } }).toString());
  t.throws("not found", () => execFileSync("our-program", ["it"]));
  t("by its path", execFileSync("./bin/our-program", ["it"], { env: {}, cwd: process.env.TRACE_DIR }).toString());
  spawn("sh", { env: { PATH: "/nowhere" } }).on("error", (err) => t("error", err));
  fork(__filename, ["child"], { env: { ...process.env, A: "a", B: 2 } }).on("message", (m) => t("fork", m));
});
