// IDs: CP-54 PR-05 PR-06
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const modes = ["nothing", "message", "once", "disconnect", "removed", "taken", "two", "ref", "unref", "unref, then listens", "ref, then unref", "unref, then ref"];
const mode = process.argv[2];
if (mode) {
  const f = () => {};
  if (["message", "removed", "unref", "two"].includes(mode)) process.on("message", f);
  if (mode === "once") process.once("message", f);
  if (mode === "taken") process.once("message", f).emit("message");
  if (mode === "disconnect" || mode === "two") process.on("disconnect", f);
  if (mode === "removed" || mode === "two") process.off("message", f);
  if (mode.startsWith("ref")) process.channel.ref();
  if (mode.endsWith("unref")) process.channel.unref();
  if (mode === "unref, then listens") { process.channel.unref(); process.on("message", f); }
  if (mode === "unref, then ref") { process.channel.unref(); process.channel.ref(); }
  // Comes only if something else keeps the program alive.
  setTimeout(() => process.send("stays"), 100).unref();
} else {
  (function next(i) {
    if (i === modes.length) return;
    const child = fork(__filename, [modes[i]]);
    let stayed = false;
    child.on("message", () => { stayed = true; child.disconnect(); });
    child.on("exit", (code) => { t(modes[i], stayed, code); next(i + 1); });
  })(0);
}
