// IDs: CP-54 CP-59 CP-89 CP-83
"use strict";
const t = require("./trace");
const { fork, spawn } = require("child_process");
const mode = process.argv[2];
// What keeps a program alive: its child, unless it was told otherwise, and what it has open to it.
const parents = {
  "child": () => { spawn("sleep", ["1000"], { stdio: "ignore" }); },
  "child, unref": () => { spawn("sleep", ["1000"], { stdio: "ignore" }).unref(); },
  "child, unref and ref": () => { const child = spawn("sleep", ["1000"], { stdio: "ignore" }); child.unref(); child.ref(); },
  "pipes": () => { spawn("sleep", ["1000"]).unref(); },
  "channel": () => { fork(__filename, ["waits"]).unref(); },
  "channel, unref": () => { const child = fork(__filename, ["waits"]); child.unref(); child.channel.unref(); },
  "channel, unref and ref": () => { const child = fork(__filename, ["waits"]); child.unref(); child.channel.unref(); child.channel.ref(); },
  "disconnected": () => { const child = fork(__filename, ["lives"]); child.unref(); child.disconnect(); },
  "idle child": () => fork(__filename, ["ends"]),
  "disconnected, child": () => { const child = fork(__filename, ["lives"]); child.disconnect(); },
};
if (mode === "waits") {
  process.on("message", () => {});
} else if (mode === "lives") {
  process.on("SIGTERM", () => process.exit());
  setTimeout(() => {}, 1e6);
} else if (mode !== "ends" && mode !== undefined) {
  const ends = parents[mode]();
  // Comes only if something else keeps the program alive.
  const wait = () => { setTimeout(() => { process.stdout.write("stays"); }, 500).unref(); };
  if (ends) ends.on("exit", wait); else wait();
} else if (mode === undefined) {
  const names = Object.keys(parents).sort();
  (function next(i) {
    if (i === names.length) return;
    const child = spawn(process.execPath, [__filename, names[i]], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
    let out = "";
    const end = () => { try { process.kill(-child.pid, "SIGKILL"); } catch {} };
    child.stdout.on("data", (d) => { out += d; end(); });
    child.on("exit", (code, signal) => { t(names[i], out, code, signal); end(); next(i + 1); });
  })(0);
}
