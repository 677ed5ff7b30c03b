// IDs: PR-56 ER-21
"use strict";
const t = require("./trace");
const fs = require("fs");
const dir = process.env.TRACE_DIR;
const { execSync } = require("child_process");
process.chdir(dir);
fs.mkdirSync("a");
fs.mkdirSync("a/b");
fs.writeFileSync("file", "");
t("up and down", process.chdir("a/b"), process.cwd() === dir + "/a/b", process.chdir(".."), process.cwd() === dir + "/a");
t("child", execSync("pwd").toString() === dir + "/a\n");
process.chdir(dir);
for (const bad of ["nowhere", "", "file", "a/../nowhere"]) t.throws("bad", () => process.chdir(bad));
for (const bad of [5, undefined, true, {}]) {
  try { process.chdir(bad); } catch (err) { t("type", err.name, err.code); }
}
process.chdir("a/b");
fs.rmdirSync(dir + "/a/b");
t.throws("gone", () => process.cwd());
t("back", process.chdir(dir), process.cwd() === dir);
