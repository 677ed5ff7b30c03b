// IDs: CP-10 CP-31 CP-33 ER-04
"use strict";
const t = require("./trace");
const { spawnSync } = require("child_process");
function run(label, ...args) {
  const r = spawnSync(...args);
  const output = r.output ? r.output.map((text, fd) => `${fd} ${text === null ? "nothing" : text}`) : r.output;
  t(label, r.pid > 0, r.status, r.signal, r.stdout, r.stderr, output, r.error);
}
const sh = (script, options) => ["sh", ["-c", script], options];
run("code", ...sh("echo out; echo err >&2; exit 3"));
run("signal", ...sh("kill -9 $$"));
run("arguments", "echo", ["a", "b  c"]);
run("options in their place", "pwd", { cwd: "/" });
run("nothing else", "true");
run("shell", "echo $0-$1", ["a"], { shell: true });
run("argv0", "sh", ["-c", "echo $0"], { argv0: "another" });
run("environment", ...sh("echo $A", { env: { A: "a" } }));
run("missing", "no-such-program", ["a"]);
run("no shell", "true", ["a"], { shell: "/no/such/shell" });
run("not executable", "/etc/passwd");
run("timeout", "sleep", ["60"], { timeout: 1 });
run("timeout, another signal", "sleep", ["60"], { timeout: 1, killSignal: "sigkill" });
run("timeout that is not needed", "true", { timeout: 4e5 });
run("input", "cat", { input: "some\0bytes\n" });
run("input for a program in a list", "cat", { input: "text", stdio: ["pipe", "pipe", "ignore"] });
run("input that no pipe takes", "cat", { input: "text", stdio: ["ignore", "pipe", "pipe"] });
run("empty input", "cat", { input: "" });
run("inherit", "true", { stdio: "inherit" });
run("ignore", ...sh("echo x; echo y >&2; cat", { stdio: "ignore" }));
run("more pipes", ...sh("echo four >&4; test -e /proc/self/fd/3 || echo no three", { stdio: ["pipe", "pipe", "pipe", "ignore", "pipe"] }));
run("short list", ...sh("echo x; echo y >&2", { stdio: ["pipe"] }));
run("holes", ...sh("echo x; echo y >&2", { stdio: [undefined, undefined, "ignore"] }));
for (const encoding of ["utf8", "buffer", "latin1", "UTF-8", "ascii"]) run(encoding, "echo", ["text"], { encoding });
const big = spawnSync("cat", { input: "0123456789".repeat(90000) });
t("big", big.status, big.stdout.length);
for (const maxBuffer of [1000000, 2000000]) {
  const r = spawnSync("sh", ["-c", "head -c 1500000 /dev/zero"], { maxBuffer });
  t("maxBuffer", r.error, r.stdout.length >= Math.min(maxBuffer, 1500000), r.status, r.signal);
}
for (const input of [5, true, {}, () => {}]) {
  try { run("input", "cat", { input }); } catch (err) { t("input", err.name, err.code); }
}
t.throws("ipc", () => spawnSync("true", [], { stdio: ["pipe", "pipe", "pipe", "ipc"] }));
t.throws("two ipc", () => spawnSync("true", [], { stdio: ["ipc", "ipc"] }));
for (const stdio of ["nonsense", 5, ["pipe", true], ["pipe", {}]]) t.throws("stdio", () => spawnSync("true", [], { stdio }));
for (const args of [[], [5], [""], [{}], ["true", "x"], ["true", 5], ["true", [], 5], ["true", [], "x"], ["true", [], true]])
  t.throws("arguments", () => spawnSync(...args));
const options = { cwd: 5, argv0: 5, detached: "yes", uid: "x", gid: "x", shell: 5, windowsHide: 5, windowsVerbatimArguments: "x", encoding: "nonsense" };
for (const name of Object.keys(options).sort()) t.throws(name, () => spawnSync("echo", [], { [name]: options[name] }));
