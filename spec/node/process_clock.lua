-- IDs: PR-58 PR-59 PR-60 PR-61
local t = require("trace")
for _, bad in ipairs({ 5, "x", true }) do t.throws("type", function() process.hrtime(bad) end) end
for _, bad in ipairs({ {}, { 1 }, { 1, 2, 3 } }) do t.throws("length", function() process.hrtime(bad) end) end
local start = process.hrtime()
local whole = process.hrtime.bigint()
while process.hrtime.bigint() - whole < 30000000ULL do end
local passed = process.hrtime(start)
local seconds, nanos = passed[1], passed[2]
t("went by", seconds >= 0, nanos % 1 == 0, nanos >= 0 and nanos < 1e9, seconds * 1e3 + nanos / 1e6 >= 29)
local took = process.hrtime.bigint() - whole
t("bigint", took >= 29000000ULL, took < 60000000000ULL)
local back = process.hrtime({ start[1] + 10, start[2] })
t("to come", back[1] <= 0, back[2] >= 0 and back[2] < 1e9, back[1] * 1e9 + back[2] < 0)
local up = process.uptime()
t("uptime", up > 0, up < 60, process.uptime() >= up, up * 10 % 1 ~= 0)
local usage = process.memoryUsage()
t("memory", usage.rss >= usage.heapUsed, usage.heapTotal >= usage.heapUsed, usage.external >= 0,
    usage.arrayBuffers >= 0)
local rss = process.memoryUsage.rss()
t("rss", rss % 1 == 0, math.abs(rss - usage.rss) < 64 * 1024 * 1024)
process.title = "abc"
t("title", process.title)
process.title = 12
t("a number", process.title)
process.title = ""
t("empty", process.title)
process.title = ("x"):rep(100000)
t("cut", #process.title > 0, #process.title < 100000, process.title:find("^x+$") ~= nil)
