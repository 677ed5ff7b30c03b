// IDs: CP-01 CP-20 CP-22 CP-24 CP-25 CP-26 CP-30 CP-35 ER-11 ER-12 M-15
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const tries = [[], [5], [""], [{}], ["true", "x"], ["true", 5], ["true", [], 5], ["true", [], "x"], ["true", [], true]];
for (const args of tries) t.throws("spawn", () => spawn(...args));
const options = { cwd: 5, argv0: 5, detached: "yes", uid: "x", gid: "x", shell: 5, serialization: "xml",
  windowsHide: 5, windowsVerbatimArguments: "x" };
for (const name of Object.keys(options).sort()) t.throws(name, () => spawn("true", [], { [name]: options[name] }));
