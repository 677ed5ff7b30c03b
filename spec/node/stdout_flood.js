// IDs: PR-69
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
if (process.argv[2]) {
  process.stdout.write("x".repeat(1000000));
  process.exit(3);
} else {
  const child = spawn(process.execPath, [process.argv[1], "child"]);
  let bytes = 0;
  child.stdout.on("data", (data) => { bytes += data.length; });
  child.on("close", (code) => t("all of it", bytes === 1000000, code));
}
