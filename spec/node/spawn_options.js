// IDs: CP-20 CP-21 CP-22 CP-24 CP-26 CP-40
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const runs = [
  ["sh", ["-c", "pwd"], { cwd: "/" }],
  ["sh", ["-c", "pwd"], { cwd: "" }],
  ["sh", ["-c", "echo $A-$B-$C-${D-unset}"], { env: Object.assign(Object.create({ C: "inherited" }), { A: 1, B: null, D: undefined, E: "" }) }],
  ["sh", ["-c", "echo ${E-unset}."], { env: { E: "" } }],
  ["sh", ["-c", "echo $0"], { argv0: "another" }],
  ["echo one; echo $0", { shell: true }],
  ["echo", ["a", "b  c", "$((1 + 1))"], { shell: "/bin/sh" }],
  ["sh", ["-c", "test $(ps -o pgid= -p $$) = $$ && echo leader; test $(ps -o sid= -p $$) = $$ && echo session"], { detached: true }],
];
(function next(i) {
  if (i === runs.length) return;
  const child = spawn(...runs[i]);
  t("args", child.spawnfile, child.spawnargs.length);
  let out = "";
  child.stdout.on("data", (d) => { out += d; });
  child.on("close", (code) => { t("output", out, code); next(i + 1); });
})(0);
