// IDs: CP-54 PR-05 PR-06
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const modes = ["nothing", "message", "once", "disconnect", "removed", "ref", "unref"];
const mode = process.argv[2];
if (mode) {
  const f = () => {};
  if (mode === "message" || mode === "removed" || mode === "unref") process.on("message", f);
  if (mode === "once") process.once("message", f);
  if (mode === "disconnect") process.on("disconnect", f);
  if (mode === "removed") process.off("message", f);
  if (mode === "ref") process.channel.ref();
  if (mode === "unref") process.channel.unref();
  process.send("up");
} else {
  (function next(i) {
    if (i === modes.length) return;
    const child = fork(__filename, [modes[i]]);
    let stayed = false;
    const timer = setTimeout(() => { stayed = true; child.disconnect(); }, 1000);
    child.on("exit", (code) => { clearTimeout(timer); t(modes[i], stayed, code); next(i + 1); });
  })(0);
}
