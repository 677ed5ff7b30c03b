// IDs: PR-62 PR-63 PR-64
"use strict";
const t = require("./trace");
const { readFileSync } = require("fs");
const spin = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
const keys = (value) => Object.keys(value).sort();

const before = process.cpuUsage();
while (process.cpuUsage(before).user + process.cpuUsage(before).system < 30000) spin(5);
const spent = process.cpuUsage(before);
const now = process.cpuUsage();
t("cpu", keys(before), keys(spent), spent.user + spent.system >= 30000);
t("difference", now.user >= before.user + spent.user, now.system >= before.system + spent.system);
t("to zero", process.cpuUsage({ user: 0, system: 0 }).user >= now.user, process.cpuUsage({ user: 2 ** 53 - 1, system: 0 }).user < 0);
for (const bad of [5, "x", true, {}, { user: 1 }, { user: "x", system: 1 }, { user: 1, system: {} }, { user: -1, system: 1 },
  { user: 1, system: -1 }, { user: NaN, system: 1 }, { user: 1, system: 1e300 }]) {
  t.throws("bad", () => process.cpuUsage(bad));
}

const usage = process.resourceUsage();
t("fields", keys(usage), keys(usage).every((key) => Number.isInteger(usage[key]) && usage[key] >= 0));
t("times", usage.userCPUTime >= now.user, usage.systemCPUTime >= now.system, usage.minorPageFault > 0);
const status = readFileSync("/proc/self/status", "latin1");
t("in KiB", Math.abs(usage.maxRSS - Number(/VmHWM:\s*(\d+)/.exec(status)[1])) < 4096);
spin(1);
t("grows", process.resourceUsage().userCPUTime + process.resourceUsage().systemCPUTime >= usage.userCPUTime + usage.systemCPUTime);

const limit = process.constrainedMemory();
const free = process.availableMemory();
t("memory", limit >= 0, free > 0, limit === 0 || free <= limit, Number.isInteger(limit), Number.isInteger(free));
t("of the machine", free <= Number(/MemTotal:\s*(\d+)/.exec(readFileSync("/proc/meminfo", "latin1"))[1]) * 1024);
