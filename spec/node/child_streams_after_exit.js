// IDs: CP-56 CP-85 CP-88
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const child = spawn("sh", ["-c", "echo late; exec 1>&- 2>&-; exit 0"]);
child.on("exit", () => {
  setTimeout(() => {
    let out = "";
    child.stdout.on("data", (d) => { out += d; });
    child.on("close", () => t("read after exit", out));
  }, 0);
});
const unread = spawn("sh", ["-c", "echo nobody reads"]);
unread.on("close", (code) => { t.role("unread"); t("close", code, unread.stdin.destroyed); t.role("main"); });
const grand = spawn("sh", ["-c", "sleep 0.3 & exit 0"]);
let exited = false;
grand.on("exit", () => { exited = true; });
grand.stdout.resume();
grand.on("close", () => { t.role("grand"); t("close waits for the streams", exited); t.role("main"); });
