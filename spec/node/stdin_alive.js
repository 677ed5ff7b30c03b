// IDs: PR-69
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const ways = ["looked at", "paused", "paused again", "unref", "read in pieces", "piped"];
const how = process.argv[2];
const WAYS = {
  "looked at": (stdin) => t("readable", stdin.readable),
  paused: (stdin) => { stdin.pause(); stdin.on("data", () => t("never")); },
  "paused again": (stdin) => stdin.on("data", (data) => { t("data", data); setTimeout(() => stdin.pause(), 20); }),
  unref: (stdin) => stdin.on("data", (data) => t("data", data)).on("end", () => t("never")).unref(),
  "read in pieces": (stdin) => {
    stdin.setEncoding("utf8");
    stdin.once("data", (data) => {
      t("first", data);
      stdin.pause();
      t("paused", stdin.isPaused());
      process.send("more");
      stdin.on("data", (more) => t("second", more)).on("end", () => { t("end"); process.disconnect(); });
      process.once("message", () => { stdin.resume(); t("paused", stdin.isPaused()); });
    });
  },
  piped: (stdin) => { stdin.pipe(process.stdout).on("finish", () => t("never")); stdin.on("end", () => process.stdout.write("!")); },
};
if (how) {
  t.role(how);
  process.on("exit", (code) => t("exit", code));
  WAYS[how](process.stdin);
} else {
  (function next(i) {
    if (i === ways.length) return;
    const name = ways[i];
    const child = spawn(process.execPath, [process.argv[1], name], { stdio: ["pipe", "pipe", "inherit", "ipc"] });
    child.stdin.on("error", () => {}); // the child may be gone before it is written to
    let out = "";
    child.stdout.on("data", (data) => { out += data; });
    child.on("message", (message) => {
      t(name, message);
      if (message === "more") { child.stdin.end("two"); child.send("go"); }
    });
    if (name !== "unref") child.stdin.write("one");
    if (name === "piped") child.stdin.end();
    child.on("close", (code) => { t(name, code, out); next(i + 1); });
  })(0);
}
