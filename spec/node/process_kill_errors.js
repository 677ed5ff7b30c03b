// IDs: PR-42 ER-14 ER-21
"use strict";
const t = require("./trace");
for (const pid of [undefined, null, "x", {}]) t.throws("pid", () => process.kill(pid));
t.throws("name", () => process.kill(process.pid, "SIGNOPE"));
t.throws("lower case", () => process.kill(process.pid, "sigterm"));
t.throws("fraction", () => process.kill(process.pid, 1.5));
t.throws("number", () => process.kill(process.pid, 1000));
t.throws("nobody", () => process.kill(2147483000, 0));
