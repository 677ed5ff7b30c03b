-- IDs: PR-62 PR-63 PR-64
local t = require("trace")
local function read(path)
    local file = io.open(path)
    local text = file:read("*a")
    file:close()
    return text
end
local function spin(ms)
    local from = process.hrtime.bigint()
    while process.hrtime.bigint() - from < ms * 1000000ULL do end
end
local function keys(value)
    local list = {}
    for key in pairs(value) do list[#list + 1] = key end
    table.sort(list)
    return list
end

local before = process.cpuUsage()
while process.cpuUsage(before).user + process.cpuUsage(before).system < 30000 do spin(5) end
local spent = process.cpuUsage(before)
local now = process.cpuUsage()
t("cpu", keys(before), keys(spent), spent.user + spent.system >= 30000)
t("difference", now.user >= before.user + spent.user, now.system >= before.system + spent.system)
t("to zero", process.cpuUsage({ user = 0, system = 0 }).user >= now.user,
    process.cpuUsage({ user = 2 ^ 53 - 1, system = 0 }).user < 0)
for _, bad in ipairs({ 5, "x", true, {}, { user = 1 }, { user = "x", system = 1 }, { user = 1, system = {} },
    { user = -1, system = 1 }, { user = 1, system = -1 }, { user = 0 / 0, system = 1 },
    { user = 1, system = 1e300 } }) do
    t.throws("bad", function() process.cpuUsage(bad) end)
end

local usage = process.resourceUsage()
local whole = true
for _, key in ipairs(keys(usage)) do
    whole = whole and usage[key] % 1 == 0 and usage[key] >= 0
end
t("fields", keys(usage), whole)
t("times", usage.userCPUTime >= now.user, usage.systemCPUTime >= now.system, usage.minorPageFault > 0)
t("in KiB", math.abs(usage.maxRSS - read("/proc/self/status"):match("VmHWM:%s*(%d+)")) < 4096)
spin(1)
local later = process.resourceUsage()
t("grows", later.userCPUTime + later.systemCPUTime >= usage.userCPUTime + usage.systemCPUTime)

local limit = process.constrainedMemory()
local free = process.availableMemory()
t("memory", limit >= 0, free > 0, limit == 0 or free <= limit, limit % 1 == 0, free % 1 == 0)
t("of the machine", free <= read("/proc/meminfo"):match("MemTotal:%s*(%d+)") * 1024)
