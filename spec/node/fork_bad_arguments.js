// IDs: CP-08 CP-09 CP-30 CP-34 ER-05
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const tries = [[], [5], [{}], ["x", "y"], ["x", [], 5], ["x", [], "y"], ["x", [], { stdio: ["pipe", "pipe", "pipe"] }],
  ["x", [], { stdio: [] }], ["x", [], { stdio: "nonsense" }], ["x", [], { serialization: "xml" }], ["x", [], { cwd: 5 }]];
for (const args of tries) t.throws("fork", () => fork(...args));
try { fork("x", [], { stdio: ["ipc", "ipc"] }); } catch (err) { t("two", err); }
