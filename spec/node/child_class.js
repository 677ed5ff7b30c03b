// IDs: CP-13
"use strict";
const t = require("./trace");
const { ChildProcess, fork, spawn } = require("child_process");
const EventEmitter = require("events");
if (process.argv[2]) {
  process.on("message", (m) => { process.send([m, process.env.A]); process.disconnect(); });
  return;
}
t("is one", spawn("true") instanceof ChildProcess, new ChildProcess() instanceof ChildProcess, new ChildProcess() instanceof EventEmitter, {} instanceof ChildProcess);
const blank = new ChildProcess();
t("blank", blank.pid, blank.exitCode, blank.signalCode, blank.killed, blank.connected, blank.spawnfile, blank.stdin, blank.send);
for (const options of [undefined, "x", 5, true]) t.throws("options", () => new ChildProcess().spawn(options));
for (const file of [undefined, 5, true, {}]) t.throws("file", () => new ChildProcess().spawn({ file }));
for (const args of [5, "x", true]) t.throws("args", () => new ChildProcess().spawn({ file: "true", args }));
for (const envPairs of [5, "x", true]) t.throws("envPairs", () => new ChildProcess().spawn({ file: "true", envPairs, stdio: ["ignore", "ignore", "ignore", "ipc"] }));
t.throws("stdio", () => new ChildProcess().spawn({ file: "true", stdio: "nonsense" }));
t.throws("stdio", () => new ChildProcess().spawn({ file: "true", stdio: 5 }));
t.throws("serialization", () => new ChildProcess().spawn({ file: "true", serialization: "xml" }));
function run(label, options, next, started) {
  const child = new ChildProcess();
  let out = "";
  t.on(child, "child", ["spawn", "error", "exit", "message", "disconnect"]);
  child.on("close", (code, signal) => { t("close", code, signal, out); next(); });
  t(label, child.spawn(options) !== 0, child.pid > 0, child.spawnfile, child.spawnargs);
  if (child.stdout) child.stdout.on("data", (d) => { out += d; });
  if (started) started(child);
}
run("script", { file: "sh", args: ["another", "-c", "echo $0-$A-$B"], envPairs: ["A=a", "B=b=c", "PATH=/bin"], cwd: "/" }, () =>
  run("no arguments", { file: "true" }, () =>
    run("killed", { file: "sleep", args: ["sleep", "60"] }, () =>
      run("detached", { file: "sh", args: ["sh", "-c", "test $(ps -o pgid= -p $$) = $$ && echo leader"], detached: true }, () =>
        run("channel", { file: process.execPath, args: ["x", __filename, "child"], envPairs: ["A=a"].concat(Object.keys(process.env).map((k) => `${k}=${process.env[k]}`)),
          stdio: ["ignore", "ignore", "ignore", "ipc"] }, () => {
          // The call says it too, by a number that is not 0.
          run("missing", { file: "no-such-program", args: ["no-such-program", "a"] }, () => {});
        }, (child) => child.send("hello"))), (child) => t("kill", child.kill(), child.killed))));
