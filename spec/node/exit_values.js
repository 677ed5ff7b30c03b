// IDs: PR-20 PR-21
"use strict";
const t = require("./trace");
const { spawnSync } = require("child_process");
const values = [true, false, {}, "abc", "", "1.5", "0x10", "1e2", " 7 ", "12", "-3", "+4", 1.5, NaN, Infinity, -0, 2 ** 31, -1, 257, null, undefined];
if (process.argv[2]) {
  const value = values[process.argv[3]];
  if (process.argv[2] === "set") process.exitCode = value;
  else process.exit(value);
} else {
  for (let i = 0; i < values.length; i++) {
    process.exitCode = undefined;
    t.throws("set", () => { process.exitCode = values[i]; });
    t("is", process.exitCode);
  }
  process.exitCode = undefined;
  for (const bad of [true, {}, "abc", 1.5, NaN]) t.throws("exit", () => process.exit(bad));
  t("unset", process.exitCode);
  for (const i of [6, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20]) {
    for (const how of ["set", "exit"]) t(how, i, spawnSync(process.execPath, [process.argv[1], how, i], { stdio: "ignore" }).status);
  }
}
