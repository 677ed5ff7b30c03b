--- What is measured, one trial after the other.
--
--     for _, trial in ipairs(require("spec.bench.trials").list(settings)) do ... end
--
-- A trial has `contestants`, measured in turn in every round, and `rows`, each showing one figure of theirs.
--
-- A contestant:  peer      its name; "moonherd" is ours
--                needs     the program without which it is left out
--                seconds   about how long one measurement takes, for the progress
--                measure   function(state): figures, as { name = number }
--                open      before the first round: gives `state`; close(state) after the last one
-- A row:         name, title, figure, unit, and perhaps a goal: { than = peer, most = n } or { than = peer,
--                least = n } for ours as a multiple of the peer, { most = n } for ours alone; `limit` is the same
--                less strictly: what is not to be passed in any case
--
-- Settings: quick, and the CPUs to pin to, cpu and load_cpu, which are nil where there is only one.

local machine = require("spec.bench.machine")
local proc = require("spec.support.proc")
local servers = require("spec.bench.servers")
local sys = require("spec.support.sys")
local tool = require("spec.bench.tool")

local OURS, NODE, RAW = "spec/bench/ours/", "spec/bench/node/", "build/bench/"

local M = {}

-- Programs that measure themselves ------------------------------------------------------------------------------

-- A contestant that runs a program (options as for proc.start, and cpu) and reads its figures.
local function program(peer, seconds, options)
    return {
        peer = peer,
        needs = options.command,
        seconds = seconds,
        measure = function()
            return tool.figures(tool.pinned(options.cpu, options))
        end,
    }
end

local function roundtrip(title, name, cpu, scale, goal)
    return {
        rows = { { name = name, title = title, figure = "us_per_trip", unit = "us", goal = goal } },
        contestants = {
            program("moonherd", 1, { OURS .. "roundtrip.lua", 100000 * scale, cpu = cpu }),
            program("raw C", 1, { command = RAW .. "roundtrip", 200000 * scale, cpu = cpu }),
            program("Node", 1, { command = "node", NODE .. "roundtrip.js", 50000 * scale, cpu = cpu }),
        },
    }
end

local function oneway(scale)
    return {
        rows = {
            {
                name = "oneway", title = "IPC one way, bursts of 100", figure = "per_second", unit = "/s",
                goal = { than = "Node", least = 8 },
            },
        },
        contestants = {
            program("moonherd", 1, { OURS .. "oneway.lua", 2000000 * scale }),
            program("Node", 2, { command = "node", NODE .. "oneway.js", 500000 * scale }),
        },
    }
end

local function fork(scale)
    return {
        rows = {
            {
                name = "fork", title = "fork to online to exit", figure = "ms_each", unit = "ms",
                goal = { than = "luajit", most = 4, limit = 6 },
            },
        },
        contestants = {
            program("moonherd", 1, { OURS .. "fork.lua", 200 * scale }),
            program("luajit", 1, { command = RAW .. "spawn", 500 * scale, machine.luajit(), "-e", "" }),
            program("Node", 1, { command = "node", NODE .. "fork.js", 20 * scale }),
        },
    }
end

local function replace(scale)
    return {
        rows = {
            {
                name = "replace", title = "a killed worker is replaced and online", figure = "ms_each", unit = "ms",
                goal = { most = 10 },
            },
        },
        contestants = {
            program("moonherd", 1, { OURS .. "replace.lua", 40 * scale }),
            program("Node", 2, { command = "node", NODE .. "replace.js", 20 * scale }),
        },
    }
end

-- Herds that are looked at from outside -------------------------------------------------------------------------

local SETTLE_SECONDS = 0.5

-- Starts a script that says "pid N" of each worker and then "online"; gives the process and the pids.
local function start_herd(options)
    local process = proc.start(options)
    process:expect("online", tool.PATIENCE_SECONDS)
    local pids = {}
    for pid in process:text():gmatch("pid (%d+)") do
        pids[#pids + 1] = tonumber(pid)
    end
    tool.sleep(SETTLE_SECONDS)
    return process, pids
end

local function memory_of(pids)
    local bytes = 0
    for _, pid in ipairs(pids) do
        bytes = bytes + machine.pss(pid)
    end
    return { megabytes = bytes / #pids / 2 ^ 20 }
end

local function memory()
    local WORKERS = 2
    local function herd(peer, options)
        return {
            peer = peer,
            needs = options.command,
            seconds = 1,
            measure = function()
                local process, pids = start_herd(options)
                local figures = memory_of(pids)
                tool.stop(process)
                return figures
            end,
        }
    end
    -- Two of them as well: what they share is counted in parts.
    local function plain_luajits()
        local processes, pids = {}, {}
        for i = 1, WORKERS do
            processes[i] = proc.start({ command = machine.luajit(), "-e", "io.read()", stdin = "pipe" })
            pids[i] = processes[i].pid
        end
        tool.sleep(SETTLE_SECONDS)
        local figures = memory_of(pids)
        for _, process in ipairs(processes) do
            tool.stop(process)
        end
        return figures
    end
    return {
        rows = {
            {
                name = "memory", title = "memory (PSS) of an idle worker, of two", figure = "megabytes", unit = "MB",
                goal = { most = 2, limit = 4 },
            },
        },
        contestants = {
            herd("moonherd", { OURS .. "idle.lua", WORKERS, 10000 }),
            { peer = "luajit", seconds = 1, measure = plain_luajits },
            herd("Node", { command = "node", NODE .. "idle.js", WORKERS }),
        },
    }
end

local function heartbeats(quick)
    local WORKER_BYTES = 5 * 2 ^ 20 -- with some air
    local INTERVAL_MS = 1000
    local wanted = quick and 200 or 1000
    local workers = math.max(1, math.min(wanted, math.floor(machine.memory_available() / 2 / WORKER_BYTES)))
    local title = "1,000 idle workers, 1 s heartbeats: master"
    local seconds = quick and 3 or 10
    return {
        once = true, -- it is long and steady: one measurement a round is one too many
        rows = {
            {
                name = "heartbeats", title = title, figure = "percent", unit = "% of a core", goal = { most = 5 },
                remark = workers < 1000 and ("measured with %d workers and scaled to 1,000"):format(workers) or nil,
            },
        },
        contestants = {
            {
                peer = "moonherd",
                seconds = seconds + workers / 100,
                measure = function()
                    local process, pids = start_herd({ OURS .. "idle.lua", workers, INTERVAL_MS })
                    tool.sleep(2 * INTERVAL_MS / 1000) -- all have been asked once
                    local started, before = sys.now(), machine.cpu_seconds({ process.pid })
                    local before_workers = machine.cpu_seconds(pids)
                    tool.sleep(seconds)
                    local share = (machine.cpu_seconds({ process.pid }) - before) / (sys.now() - started)
                    local herd = (machine.cpu_seconds(pids) - before_workers) / (sys.now() - started)
                    tool.stop(process)
                    return { percent = share * 100 * 1000 / workers, herd_percent = herd * 100 * 1000 / workers }
                end,
            },
        },
    }
end

-- HTTP ----------------------------------------------------------------------------------------------------------

local function loaded(peer, needs, start, where, load)
    return {
        peer = peer,
        needs = needs,
        seconds = load.seconds + 0.2,
        open = function()
            return start(where)
        end,
        measure = function(server)
            return servers.load(server, load)
        end,
        close = function(server)
            tool.stop(server.process)
        end,
    }
end

local function keepalive(settings)
    local where = { cpu = settings.cpu }
    local load = { seconds = settings.quick and 1 or 3, cpu = settings.load_cpu }
    return {
        needs = "wrk",
        rows = {
            {
                name = "keepalive", title = "HTTP hello, keep-alive: CPU per request", figure = "cpu_us", unit = "us",
                goal = { than = "nginx", most = 1, limit = 1.5 },
            },
        },
        contestants = {
            loaded("moonherd", nil, servers.moonherd, where, load),
            loaded("raw C", nil, servers.raw, where, load),
            loaded("Node", "node", servers.node, where, load),
            loaded("nginx", "nginx", servers.nginx, where, load),
            loaded("nginx+Lua", servers.nginx_lua_missing() or "nginx", servers.nginx_lua, where, load),
        },
    }
end

local function connections(settings)
    local load = { seconds = settings.quick and 1 or 3, close = true }
    return {
        needs = "wrk",
        rows = {
            {
                name = "connections", title = "HTTP hello, one connection each: rate", figure = "rate", unit = "/s",
                goal = { than = "nginx", least = 0.9 },
            },
            {
                name = "connections-cpu", title = "the same: CPU per connection", figure = "cpu_us", unit = "us",
            },
        },
        contestants = {
            loaded("moonherd", nil, servers.moonherd, {}, load),
            loaded("Node", "node", servers.node, {}, load),
            loaded("nginx", "nginx", servers.nginx, {}, load),
            loaded("nginx+Lua", servers.nginx_lua_missing() or "nginx", servers.nginx_lua, {}, load),
        },
    }
end

--- All trials, in the order of the table.
function M.list(settings)
    local scale = settings.quick and 0.2 or 1
    return {
        roundtrip("IPC round trip, both ends on one core", "roundtrip", settings.cpu, scale,
            { than = "raw C", most = 1.25, limit = 1.6 }),
        roundtrip("IPC round trip, not pinned", "roundtrip-unpinned", nil, scale),
        oneway(scale),
        fork(scale),
        memory(),
        keepalive(settings),
        connections(settings),
        replace(scale),
        heartbeats(settings.quick),
    }
end

return M
