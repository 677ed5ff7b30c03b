--- All that this process knows of itself, as one table: what process.report writes.
--
--     local facts = facts.collect({ event = "JavaScript API", trigger = "GetReport" }, err)
--
-- Sections: header, luaStack, luaHeap, handles, resourceUsage, workers, environmentVariables, userLimits,
-- sharedObjects. Where Node's reports have the same fact it has the same name; luaStack, luaHeap and handles stand for
-- javascriptStack, javascriptHeap and libuv. Strings are UTF-8: other bytes are shown as \xNN.

local active = require("moonherd.process.active")
local core = require("moonherd.core")
local immediates = require("moonherd.immediates")
local json = require("moonherd.json")
local memory = require("moonherd.process.memory")
local report = require("moonherd.process.report")
local timer_queue = require("moonherd.timers.queue")

local M = {}

local REPORT_VERSION = 1
local FIELD_BYTES = 1000 -- of an error's field that are shown

-- Texts -------------------------------------------------------------------------------------------------------

local function escape(byte)
    return ("\\x%02X"):format(byte:byte())
end

--- What JSON can hold.
local function clean(text)
    if not text:find("[\128-\255]") or pcall(json.encode, text) then
        return text
    end
    return (text:gsub("[\128-\255]", escape))
end

local function read_line(path)
    local file = io.open(path)
    local line = file and file:read("*l")
    if file then
        file:close()
    end
    return line
end

-- Sections ----------------------------------------------------------------------------------------------------

local function header(process, why, exclude_network)
    local list = {}
    for i, argument in ipairs(core.argv()) do
        list[i] = clean(argument)
    end
    return {
        reportVersion = REPORT_VERSION,
        event = why.event,
        trigger = why.trigger,
        filename = why.filename,
        dumpEventTime = os.date("!%Y-%m-%dT%H:%M:%SZ"),
        dumpEventTimeStamp = ("%d"):format(os.time() * 1000),
        processId = core.pid(),
        parentProcessId = core.ppid(),
        threadId = 0,
        cwd = clean((core.cwd()) or ""),
        commandLine = list,
        moonherdVersion = process.version,
        wordSize = jit.arch:find("64") and 64 or 32,
        arch = process.arch,
        platform = process.platform,
        componentVersions = process.versions,
        release = process.release,
        config = process.config.variables,
        osName = read_line("/proc/sys/kernel/ostype"),
        osRelease = read_line("/proc/sys/kernel/osrelease"),
        osVersion = read_line("/proc/sys/kernel/version"),
        host = read_line("/proc/sys/kernel/hostname"),
        cpus = core.cpus(),
        networkInterfaces = not exclude_network and core.interfaces() or nil,
    }
end

local function lines_of(traceback)
    local lines = {}
    for line in traceback:gmatch("[^\n]+") do
        if line ~= "stack traceback:" then
            lines[#lines + 1] = clean(line:match("^%s*(.*)"))
        end
    end
    return lines
end

local PLAIN = { string = true, number = true, boolean = true }

local function lua_stack(err, traceback)
    if err == nil then
        return { message = "No error: where the report was asked for", stack = lines_of(report.trim(traceback)) }
    end
    local message = report.message(err)
    local stack = traceback
    local properties = {}
    if type(err) == "table" then
        stack = type(err.stack) == "string" and err.stack or stack
        for name, value in pairs(err) do
            if type(name) == "string" and name ~= "stack" and PLAIN[type(value)] then
                properties[clean(name)] = clean(tostring(value):sub(1, FIELD_BYTES))
            end
        end
    end
    if stack:sub(1, #message) == message then
        stack = stack:sub(#message + 1)
    end
    return { message = clean(message), stack = lines_of(report.trim(stack)), errorProperties = properties }
end

local function lua_heap()
    local _, heap = core.memoryUsage()
    local status = { jit.status() }
    return {
        usedMemory = heap,
        memoryLimit = memory.limit_bytes > 0 and memory.limit_bytes or nil,
        jit = { enabled = status[1], flags = table.concat(status, " ", 2) },
    }
end

local function endpoint(fd, peer)
    local address = core.fdAddress(fd, peer)
    if not address then
        return nil
    elseif address.path then
        return { path = clean(address.path) }
    end
    return { host = address.address, port = address.port, family = address.family }
end

local function handle(resource)
    local box = resource.box
    local entry = {
        type = resource.type,
        kind = resource.kind,
        is_referenced = resource.referenced,
        address = (tostring(box):match("0x%x+")),
        age_ms = resource.age_ms,
    }
    local fd = box.fd and box:fd()
    if fd then
        entry.fd = fd
        entry.localEndpoint = endpoint(fd, false)
        entry.remoteEndpoint = endpoint(fd, true)
    end
    entry.pid = box.pid and box:pid() or nil
    entry.writeQueueSize = box.pending and box:pending() or nil
    return entry
end

local function handles()
    local list = {}
    for i, resource in ipairs(active.list()) do
        list[i] = handle(resource)
    end
    list[#list + 1] = { type = "Timeout", referenced_count = timer_queue.referenced() }
    list[#list + 1] = { type = "Immediate", referenced_count = immediates._referenced() }
    return list
end

local function resource_usage(process)
    local usage = process.resourceUsage()
    local user, system = usage.userCPUTime / 1e6, usage.systemCPUTime / 1e6
    local allowed, left, total = core.memoryAllowed()
    local uptime = process.uptime()
    local function percent(seconds)
        return uptime > 0 and seconds / uptime * 100 or 0
    end
    return {
        rss = process.memoryUsage.rss(),
        maxRss = usage.maxRSS * 1024,
        total_memory = total,
        available_memory = left,
        constrained_memory = allowed < total and allowed or nil,
        uptimeSeconds = uptime,
        userCpuSeconds = user,
        kernelCpuSeconds = system,
        cpuConsumptionPercent = percent(user + system),
        userCpuConsumptionPercent = percent(user),
        kernelCpuConsumptionPercent = percent(system),
        pageFaults = { IORequired = usage.majorPageFault, IONotRequired = usage.minorPageFault },
        fsActivity = { reads = usage.fsRead, writes = usage.fsWrite },
        contextSwitches = {
            voluntary = usage.voluntaryContextSwitches, involuntary = usage.involuntaryContextSwitches,
        },
    }
end

--- Of a master that has loaded cluster.
local function workers()
    local cluster = package.loaded["moonherd.cluster"]
    local list = json.array()
    for id, worker in pairs(type(cluster) == "table" and cluster.workers or {}) do
        list[#list + 1] = { id = id, pid = worker.process.pid, state = worker.state }
    end
    table.sort(list, function(a, b)
        return a.id < b.id
    end)
    return list
end

local function environment()
    local variables = {}
    for name, value in pairs(core.environ()) do
        variables[clean(name)] = clean(value)
    end
    return variables
end

local function libraries()
    local list, known = {}, {}
    local file = io.open("/proc/self/maps")
    for line in file and file:lines() or function() end do
        local path = line:match("%s(/%S.*)$")
        if path and not known[path] and (path:find("%.so$") or path:find("%.so%.")) then
            known[path] = true
            list[#list + 1] = clean(path)
        end
    end
    if file then
        file:close()
    end
    return list
end

--- The whole of it.
---@param process table
---@param why { event: string, trigger: string, filename: string? }
---@param err any the error it is about; nil for none
---@param traceback string where the error was raised, or where the report was asked for
---@param exclude_network boolean
---@return table
function M.collect(process, why, err, traceback, exclude_network)
    return {
        header = header(process, why, exclude_network),
        luaStack = lua_stack(err, traceback),
        luaHeap = lua_heap(),
        handles = handles(),
        resourceUsage = resource_usage(process),
        workers = workers(),
        environmentVariables = environment(),
        userLimits = core.limits(),
        sharedObjects = libraries(),
    }
end

return M
