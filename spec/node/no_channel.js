// IDs: PR-01
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
if (process.argv[2]) {
  t.role("child");
  t("has", typeof process.send, process.env.NODE_CHANNEL_FD);
} else {
  spawn(process.execPath, [__filename, "child"], { stdio: "ignore" }).on("exit", (code) => t("exit", code));
}
