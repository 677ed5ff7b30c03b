// IDs: CP-01 CP-50 CP-51 CP-52 CP-55 CP-56 CP-80 CP-84 CP-85 CP-42
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const args = ["-c", "echo out; echo err >&2; exit 3"];
const opts = { env: { PATH: process.env.PATH } };
const child = spawn("sh", args, opts);
t("now", typeof child.pid, child.exitCode, child.signalCode, child.killed, child.spawnfile, child.spawnargs);
t("no ipc", child.connected, child.send, child.channel);
t("streams", child.stdin === child.stdio[0], child.stdout === child.stdio[1], child.stderr === child.stdio[2]);
t("unchanged", args.length, Object.keys(opts).length);
let out = "", err = "";
child.stdout.on("data", (d) => { out += d; });
child.stderr.on("data", (d) => { err += d; });
t.on(child, "child", ["spawn", "error", "exit"]);
child.on("close", (code, signal) => {
  t("close", code, signal, out, err, child.exitCode, child.signalCode, child.kill(), child.killed);
  const quiet = spawn("true", { stdio: "inherit" });
  t("inherited", quiet.stdin, quiet.stdout, quiet.stderr, quiet.stdio[0]);
});
