// IDs: CP-02
"use strict";
const t = require("./trace");
const { spawn, fork } = require("child_process");
const code = (label, fn) => { try { fn(); t(label, "nothing"); } catch (err) { t(label, err.name, err.code); } };
code("file", () => spawn("tr\0ue"));
code("args", () => spawn("true", ["a", "b\0"]));
code("cwd", () => spawn("true", [], { cwd: "/\0" }));
code("argv0", () => spawn("true", [], { argv0: "x\0" }));
code("shell", () => spawn("true", [], { shell: "/bin/\0sh" }));
code("env key", () => spawn("true", [], { env: { "A\0": "x" } }));
code("env value", () => spawn("true", [], { env: { A: "x\0" } }));
code("module", () => fork("x\0"));
code("fork args", () => fork("x", ["\0"]));
code("execPath", () => fork("x", [], { execPath: "/\0" }));
code("execArgv", () => fork("x", [], { execArgv: ["a\0"] }));
