// IDs: PR-55 PR-56 M-04
"use strict";
const t = require("./trace");
t("cwd", process.cwd());
process.chdir(process.env.TRACE_DIR);
t("cwd", process.cwd());
t.throws("missing", () => process.chdir("nowhere"));
t.throws("type", () => process.chdir(5));
t.throws("nothing", () => process.chdir());
t("missing", process.env.NOT_THERE);
process.env.A_NUMBER = 5;
process.env.A_FLAG = true;
t("strings", process.env.A_NUMBER, process.env.A_FLAG, typeof process.env.A_NUMBER);
require("child_process").spawn("sh", ["-c", "echo $A_NUMBER $A_FLAG $(pwd)"]).stdout.on("data", (d) => t("child", d.toString()));
