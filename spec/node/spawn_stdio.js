// IDs: CP-23 CP-40 CP-41 CP-43 CP-44 CP-46 CP-47 M-09 ER-03 ER-09 ER-12
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const code = (label, stdio) => { try { spawn("true", [], { stdio }); t(label, "nothing"); } catch (err) { t(label, err.name, err.code); } };
code("word", "nonsense");
code("number", 5);
code("element", ["pipe", "text"]);
code("boolean", ["pipe", true]);
code("two ipc", ["ipc", "ipc"]);
const child = spawn("sh", ["-c", "read x; echo got $x; echo four >&4; test -e /proc/self/fd/3 || echo no three"],
  { stdio: ["pipe", "pipe", 2, "ignore", "pipe"] });
t("streams", child.stdin !== null, child.stdout !== null, child.stderr, child.stdio[3], child.stdio[4] != null);
let out = "", four = "";
child.stdout.on("data", (d) => { out += d; });
child.stdio[4].on("data", (d) => { four += d; });
child.stdin.write("hello\n");
child.stdin.end();
child.on("close", (c) => { t("close", c, out, four); });
const none = spawn("sh", ["-c", "read x || exit 4"], { stdio: "ignore" });
t("ignored", none.stdin, none.stdout, none.stderr);
none.on("exit", (c) => t.role("none") || t("exit", c) || t.role("main"));
