// IDs: PR-04 PR-50 PR-51 PR-53 PR-54 PR-59 PR-60 PR-61 PR-01
"use strict";
const t = require("./trace");
t.mask("PID", process.pid);
t("kinds", typeof process.pid, typeof process.ppid, typeof process.uptime(), process.uptime() > 0);
t("argv", process.argv.slice(0, 2), process.argv.length);
t("execPath", process.execPath === process.argv[0], process.execArgv);
t("no channel", process.send, process.disconnect, process.connected, process.channel);
const a = process.hrtime();
const b = process.hrtime(a);
t("hrtime", a.length, b.length, b[0] === 0, b[1] >= 0);
t.throws("hrtime", () => process.hrtime(5));
t.throws("hrtime", () => process.hrtime([1]));
t("bigint", process.hrtime.bigint() <= process.hrtime.bigint());
const m = process.memoryUsage();
t("memory", Object.keys(m).sort(), m.rss > 0, m.heapUsed > 0, m.heapTotal >= m.heapUsed, process.memoryUsage.rss() > 0);
t("platform", process.platform, process.arch, typeof process.version, typeof process.versions.uv);
