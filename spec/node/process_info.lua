-- IDs: PR-04 PR-50 PR-51 PR-53 PR-54 PR-59 PR-60 PR-61 PR-01
local t = require("trace")
t.mask("PID", process.pid)
t("kinds", type(process.pid), type(process.ppid), type(process.uptime()), process.uptime() > 0)
t("argv", { process.argv[1], process.argv[2] }, #process.argv)
t("execPath", process.execPath == process.argv[1], process.execArgv)
t("no channel", process.send, process.disconnect, process.connected, process.channel)
local a = process.hrtime()
local b = process.hrtime(a)
t("hrtime", #a, #b, b[1] == 0, b[2] >= 0)
t.throws("hrtime", function() process.hrtime(5) end)
t.throws("hrtime", function() process.hrtime({ 1 }) end)
t("bigint", process.hrtime.bigint() <= process.hrtime.bigint())
local m = process.memoryUsage()
local keys = {}
for key in pairs(m) do keys[#keys + 1] = key end
table.sort(keys)
t("memory", keys, m.rss > 0, m.heapUsed > 0, m.heapTotal >= m.heapUsed, process.memoryUsage.rss() > 0)
t("platform", process.platform, process.arch, type(process.version), type(process.versions.uv))
