--- What the process has used and may use: memoryUsage, cpuUsage, resourceUsage, constrainedMemory, availableMemory.
-- Adds its part to `process`.
--
--     local before = process.cpuUsage()
--     work()
--     local spent = process.cpuUsage(before)              -- { user =, system = }, microseconds
--     print(process.memoryUsage().heapUsed, process.memoryUsage.rss())

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")

local M = {}

local MAX_MICROSECONDS = 2 ^ 53 - 1 -- beyond it numbers are not exact

--- Bytes: rss of the whole process, heapTotal and heapUsed of the Lua heap; external and arrayBuffers are 0.
local function memory_usage()
    local rss, heap = core.memoryUsage()
    return { rss = rss, heapTotal = heap, heapUsed = heap, external = 0, arrayBuffers = 0 }
end

local function rss()
    return (core.memoryUsage())
end

---@return table<string, number>
local function resource_usage()
    local usage, _, code, errno = core.resourceUsage()
    if not usage then
        error(errors.system(code, errno, "uv_getrusage"), 0)
    end
    return usage
end

local function check_microseconds(value, name)
    check.number(value, name)
    if not (value >= 0 and value <= MAX_MICROSECONDS) then
        local message = ("The property '%s' is invalid. Received %s"):format(name, inspect.value(value))
        error(errors.new("RangeError", "ERR_INVALID_ARG_VALUE", message), 0)
    end
    return value
end

--- Processor time of all threads, in microseconds: { user =, system = }; with an earlier result, what was spent since.
---@param previous_value { user: number, system: number }?
---@return { user: number, system: number }
local function cpu_usage(_, previous_value)
    local user, system = 0, 0
    if previous_value ~= nil then
        check.table(previous_value, "prevValue")
        user = check_microseconds(previous_value.user, "prevValue.user")
        system = check_microseconds(previous_value.system, "prevValue.system")
    end
    local usage = resource_usage()
    return { user = usage.userCPUTime - user, system = usage.systemCPUTime - system }
end

---@param process table
---@param method fun(name: string, fn: function)
function M.install(process, method)
    process.memoryUsage = setmetatable({ rss = rss }, { __call = memory_usage })
    method("cpuUsage", cpu_usage)
    method("resourceUsage", resource_usage)
    -- Bytes that control groups allow; 2^64 where they set no limit.
    method("constrainedMemory", function()
        return (core.memoryAllowed())
    end)
    -- Bytes that the process can still get, from its control groups and from the system.
    method("availableMemory", function()
        return (select(2, core.memoryAllowed()))
    end)
end

return M
