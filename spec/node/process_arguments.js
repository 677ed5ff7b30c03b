// IDs: PR-50 PR-51 PR-52 PR-53 PR-54
"use strict";
const t = require("./trace");
const { fork, spawn } = require("child_process");
const how = process.argv[2];
if (how === "list") {
  t.role("list");
  t("argv", process.argv.slice(2), process.argv[0] === process.execPath, process.argv[1] === process.env.X_SCRIPT, process.argv0);
  process.argv.push("more");
  process.argv[2] = "changed";
  t("changed", process.argv.slice(2));
} else if (how === "middle") {
  spawn(process.execPath, [process.argv[1], "orphan"], { detached: true, stdio: "inherit" }).unref();
  process.once("message", () => process.exit());
} else if (how === "orphan") {
  t.role("orphan");
  const before = process.ppid;
  t("parent", before === Number(require("fs").readFileSync("/proc/self/stat", "latin1").split(") ")[1].split(" ")[1]));
  require("fs").writeFileSync(process.env.TRACE_DIR + "/ready", "");
  const watch = setInterval(() => {
    if (process.ppid === before) return;
    clearInterval(watch);
    t("another parent", process.ppid !== before, process.ppid > 0);
    require("fs").writeFileSync(process.env.TRACE_DIR + "/done", "");
  }, 10);
} else {
  t.mask("PID", process.pid);
  t("pid", Number(require("fs").readlinkSync("/proc/self")) === process.pid);
  process.env.X_SCRIPT = process.argv[1];
  t("kinds", Array.isArray(process.argv), process.argv.length, process.execPath.startsWith("/"), process.execArgv, typeof process.argv0);
  process.chdir("/");
  const script = "./tmp/.././" + require("path").relative("/", process.argv[1]);
  fork(script, ["list", "a b", "", "-x", "--", "é"], { argv0: "my own name" }).on("exit", (code) => {
    t("exit", code);
    const path = process.execPath;
    process.execPath = "/no/such/program";
    fork(process.argv[1], ["list"]).on("error", (err) => {
      t("execPath counts", err);
      process.execPath = path;
      orphan();
    });
  });
}
function orphan() {
  const { existsSync } = require("fs");
  const middle = fork(process.argv[1], ["middle"]);
  const watch = setInterval(() => {
    if (existsSync(process.env.TRACE_DIR + "/ready") && middle.connected) middle.send("end");
    if (!existsSync(process.env.TRACE_DIR + "/done")) return;
    clearInterval(watch);
    t("done");
  }, 10);
  middle.on("error", () => {});
}
