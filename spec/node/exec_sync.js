// IDs: CP-11 CP-12 CP-32 CP-33
"use strict";
const t = require("./trace");
const { execFileSync, execSync, spawnSync } = require("child_process");
const show = (text) => text === null || text === undefined ? "nothing" : text;
function run(label, fn) {
  try {
    t(label, show(fn()));
  } catch (err) {
    const out = err.output || [];
    t(label, err, err.pid === undefined ? undefined : err.pid > 0, err.status, err.signal, show(err.stdout), show(err.stderr), [0, 1, 2].map((fd) => show(out[fd])));
  }
}
if (process.argv[2]) {
  // What the program wrote to its stderr goes to ours, unless something was said about stdio.
  const stdio = { piped: ["pipe", "pipe", "pipe"], ignored: "ignore" }[process.argv[3]];
  const options = stdio ? { stdio } : {};
  if (process.argv[2] === "file") run("inside", () => execFileSync("sh", ["-c", "echo out; echo err >&2; exit 3"], options));
  else run("inside", () => execSync("echo out; echo err >&2; exit 4", options));
  run("inside", () => execSync("echo fine; echo warns >&2", options));
} else {
  run("file", () => execFileSync("echo", ["a", "b  c"]));
  run("file alone", () => execFileSync("true"));
  run("file, options", () => execFileSync("pwd", { cwd: "/" }));
  run("file, nil, options", () => execFileSync("pwd", null, { cwd: "/" }));
  run("file, input", () => execFileSync("cat", [], { input: "text" }));
  run("file, shell", () => execFileSync("echo $0", { shell: true }));
  run("file, code", () => execFileSync("sh", ["-c", "echo out; exit 3"]));
  run("file, stderr", () => execFileSync("sh", ["-c", "echo err >&2; exit 1", "a b", ""], { stdio: "pipe" }));
  run("file, signal", () => execFileSync("sh", ["-c", "kill -9 $$"]));
  run("file, missing", () => execFileSync("no-such-program", ["a", "b"]));
  run("file, argv0", () => execFileSync("sh", ["-c", "exit 1"], { argv0: "another" }));
  run("file, timeout", () => execFileSync("sleep", ["60"], { timeout: 1 }));
  run("file, inherit", () => execFileSync("true", { stdio: "inherit" }));
  run("file, inherit, code", () => execFileSync("false", { stdio: "inherit" }));
  run("file, ignore", () => execFileSync("sh", ["-c", "echo err >&2; exit 1"], { stdio: "ignore" }));
  run("command", () => execSync("echo out; echo $0"));
  run("command, shell", () => execSync("echo $0", { shell: "/bin/bash" }));
  run("command, input", () => execSync("cat; cat", { input: "text" }));
  run("command, code", () => execSync("exit 3"));
  run("command, stderr", () => execSync("echo out; echo err >&2; exit 255", { stdio: "pipe" }));
  run("command, signal", () => execSync("kill -9 $$"));
  run("command, no shell", () => execSync("exit 0", { shell: "bad_shell" }));
  run("command, timeout", () => execSync("exec sleep 60", { timeout: 1, killSignal: "SIGKILL" }));
  run("command, ignore", () => execSync("echo x; echo err >&2", { stdio: "ignore" }));
  for (const run_it of [() => execSync("head -c 1048576 /dev/zero"), () => execFileSync("head", ["-c", "1048576", "/dev/zero"])]) t("full", run_it().length);
  for (const run_it of [() => execSync("head -c 1048577 /dev/zero"), () => execFileSync("head", ["-c", "1048577", "/dev/zero"]), () => execSync("echo long", { maxBuffer: 1 })]) {
    try { run_it(); t("over", "nothing"); } catch (err) { t("over", err.code, err.message, err.stdout.length > 1); }
  }
  for (const how of ["plain", "piped", "ignored"]) {
    for (const what of ["file", "command"]) {
      const r = spawnSync(process.execPath, [__filename, what, how]);
      t("stderr", what, how, r.status, r.stderr.toString());
    }
  }
  for (const args of [[], [5], [""], [{}], ["true", "x"], ["true", 5], ["true", [], 5], ["true", [], "x"], ["true", [], true]])
    t.throws("file", () => execFileSync(...args));
  for (const args of [[], [5], [""], [{}]]) t.throws("command", () => execSync(...args));
  t.throws("ipc", () => execFileSync("true", { stdio: ["pipe", "pipe", "pipe", "ipc"] }));
  t.throws("ipc", () => execSync("true", { stdio: ["pipe", "pipe", "pipe", "ipc"] }));
}
