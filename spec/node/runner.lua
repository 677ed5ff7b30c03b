--- Runs pairs of small programs, NAME.js with Node and NAME.lua with moonherd, and compares what they trace, byte for
--- byte.
--
--     local runner = require "spec.node.runner"
--     local results = runner.run(runner.names())        -- NAME -> { status =, oracle =, ours =, problem = }
--
-- The first line of both files of a pair names the IDs that it checks, the exit code if it is not 0, and whether only
-- root can run it; others leave it out:
--
--     -- IDs: CP-01 CP-50; exit 7; as root
--
-- Where there is no Node of NODE_RELEASE, the traces it left in spec/node/traces are the oracle; where there is, it has
-- to trace what is recorded. A pair that differs for a reason stands in spec/node/differences.lua, and what moonherd
-- traces there is recorded too, so that it cannot change unseen.
--
-- What a trace looks like stands in trace.lua and trace.js: nil, undefined and null are all `nil`, an empty list or
-- object is `{}`, an object of a class `<object>`, an error its name, code, message and the fields that Node documents.
-- Lines of different processes are put in order by the role of the process (t.role), since nothing else orders them.
-- The rest of what is made alike is below, in NORMALISE, and nowhere else.

local files = require("spec.support.files")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local M = {}

local FOLDER = "spec/node"
local TRACES = FOLDER .. "/traces/"
local LIMIT_SECONDS = 20 -- for one program
local AT_ONCE = tonumber(os.getenv("MOONHERD_CASE_JOBS")) or 4

-- The release of Node that moonherd mirrors; others differ from it here and there.
M.NODE_RELEASE = 20

M.differences = require("spec.node.differences")

-- Making alike --------------------------------------------------------------------------------------------------------

--- Rules for both sides, then those for one: { Lua pattern, replacement }.
local NORMALISE = {
    both = {
        -- A function says nothing that could be compared: Node has its name, moonherd where it stands.
        { "Received function[^\"]*", "Received a function" },
        { "Received a C function", "Received a function" },
    },
    node = {
        -- There is one value for nothing, and one type for lists and objects.
        { "Received undefined", "Received nil" },
        { "Received null", "Received nil" },
        { "Received an instance of Object", "Received a table" },
        { "Received an instance of Array", "Received a table" },
        { "Received %[Object: null prototype%] {}", "Received a table" },
        { "Received %[Function[^%]]*%]", "Received a function" },
        { "Received %[%]", "Received {}" },
        { "of type object", "of type table" },
        { "an instance of Array", "of type table" },
        { "an instance of Object", "of type table" },
        -- What JavaScript takes besides; "undefined" is not named where it stands for nothing given.
        { "of type string or an instance of Buffer or URL", "of type string" },
        { "a string, Uint8Array, or URL without", "a string without" },
        { "of type string or an instance of Buffer, TypedArray, or DataView", "of type string" },
        { "must be one of: undefined, ", "must be one of: " },
        { "type string, object, number, or boolean", "type string, table, number, or boolean" },
        { "of type string or an instance of Error", "one of type string or error" },
        { "of type function or null", "one of type function or nil" },
        { "Received NaN", "Received nan" },
        { "Received (%-?)Infinity", "Received %1inf" },
        { "type number %((%-?)Infinity%)", "type number (%1inf)" },
        { "type number %(NaN%)", "type number (nan)" },
        -- The first element of a list is 1.
        { "%f[%w](%w+)%[(%d+)%]", function(list, index) return ("%s[%d]"):format(list, index + 1) end },
        -- The other language's script.
        { "%.js%f[%W]", ".lua" },
    },
    moonherd = {},
}

--- Numbers and paths that the program declared (t.mask), longest first, so that no one is part of another.
local function apply_masks(text, masks)
    table.sort(masks, function(a, b) return #a.value > #b.value end)
    for _, mask in ipairs(masks) do
        local escaped = mask.value:gsub("%p", "%%%0")
        if mask.value:find("^%d+$") then
            escaped = "%f[%d]" .. escaped .. "%f[%D]"
        end
        text = text:gsub(escaped, (("<%s>"):format(mask.kind):gsub("%%", "%%%%")))
    end
    return text
end

--- The lines of a trace, each role's together, pids, ports and paths taken out.
local function normalise(text, side, masks)
    local roles, by_role = {}, {}
    for role, line in text:gmatch("([^|\n]*)| ([^\n]*)\n") do
        local kind, value = line:match("^#mask (%S+) (.*)")
        if kind then
            masks[#masks + 1] = { kind = kind, value = value }
        else
            if not by_role[role] then
                by_role[role] = {}
                roles[#roles + 1] = role
            end
            table.insert(by_role[role], role .. "| " .. line)
        end
    end
    table.sort(roles)
    local lines = {}
    for _, role in ipairs(roles) do
        lines[#lines + 1] = table.concat(by_role[role], "\n") .. "\n"
    end
    local result = apply_masks(table.concat(lines), masks)
    for _, rules in ipairs({ NORMALISE.both, NORMALISE[side] }) do
        for _, rule in ipairs(rules) do
            result = result:gsub(rule[1], rule[2])
        end
    end
    return result
end

-- The cases -----------------------------------------------------------------------------------------------------------

local function first_line(path)
    local text = sys.slurp(path) or error("there is no " .. path)
    return (text:match("^[^\n]*"):gsub("^%W*IDs: ", ""))
end

--- Names of all pairs that can be run here, sorted.
function M.names()
    local names, root = {}, sys.C.geteuid() == 0
    for _, file in ipairs(sys.list(FOLDER)) do
        local name = file:match("^(.*)%.js$")
        if name and name ~= "trace" and (root or not first_line(("%s/%s"):format(FOLDER, file)):find("; as root")) then
            names[#names + 1] = name
        end
    end
    table.sort(names)
    return names
end

--- The IDs of a pair, and the code it must end with.
function M.header(name)
    local line = first_line(("%s/%s.lua"):format(FOLDER, name))
    assert(line == first_line(("%s/%s.js"):format(FOLDER, name)), name .. ": the first lines of the pair differ")
    local ids = {}
    for id in line:gmatch("%u+%-%d+") do
        ids[#ids + 1] = id
    end
    assert(#ids > 0, name .. ": its first line names no IDs")
    return ids, tonumber(line:match("; exit (%d+)")) or 0
end

local found_node

--- The Node in PATH: { path =, version = }, or {}.
local function look_for_node()
    for folder in (os.getenv("PATH") or ""):gmatch("[^:]+") do
        local path = folder .. "/node"
        local file = io.open(path, "rb")
        if file then
            file:close()
            local pipe = io.popen(("'%s' --version"):format(path))
            local version = pipe:read("*l") or "that does not start"
            pipe:close()
            return { path = path, version = version }
        end
    end
    return {}
end

--- The path of a Node, or false where there is none of the release whose traces are recorded.
function M.node()
    found_node = found_node or look_for_node()
    local version = found_node.version
    return version and version:find("^v" .. M.NODE_RELEASE .. "%.") and found_node.path or false
end

--- What the pairs are compared with, in words.
---@return string
function M.oracle()
    if M.node() then
        return "beside Node " .. found_node.version
    elseif found_node.version then
        local words = "Node here is %s: the recorded traces of Node %d (spec/node/traces) are the oracle"
        return words:format(found_node.version, M.NODE_RELEASE)
    end
    return "Node is not installed: its recorded traces (spec/node/traces) are the oracle"
end

--- What is wrong with the spec that a row of ids.lua names for what no pair can show.
---@param row table
---@return string? fault
function M.spec_fault(row)
    local id, path = row[1], row.spec
    if not path:find("^spec/[%w_/]+_spec%.lua$") then
        return ("%s is shown by %s, which is no spec"):format(id, path)
    end
    local text = sys.slurp(path)
    if not text then
        return ("%s is shown by %s, which does not exist"):format(id, path)
    elseif not text:find("%f[%w]" .. id:gsub("%-", "%%-") .. "%f[%D]") then
        return ("%s is shown by %s, which does not name it"):format(id, path)
    end
    return nil
end

-- Running -------------------------------------------------------------------------------------------------------------

local SIDES = {
    node = function(name)
        return M.node(), name .. ".js"
    end,
    moonherd = function(name)
        return proc.bin, name .. ".lua"
    end,
}

local function start(job)
    local command, script = SIDES[job.side](job.name)
    job.dir = files.path(("%s.%s"):format(job.name, job.side))
    os.execute(("mkdir -p '%s'"):format(job.dir))
    job.file = job.dir .. "/trace"
    job.masks = {
        { kind = "dir", value = job.dir },
        { kind = "execPath", value = command },
        { kind = "here", value = sys.readlink("/proc/self/cwd") .. "/" .. FOLDER },
    }
    job.process = proc.start({
        script,
        command = command,
        cwd = FOLDER,
        env = { TRACE_FILE = job.file, TRACE_DIR = job.dir, NODE_OPTIONS = false, NODE_UNIQUE_ID = false },
    })
    job.late = wait.deadline(LIMIT_SECONDS)
end

local function finish(job)
    local process = job.process
    process:_read_some()
    local ending = process.result
    if ending then
        job.ending = ending.code and ("exit code %d"):format(ending.code) or ("ended by " .. ending.signal)
    else
        job.ending = ("was not done after %g s"):format(wait.scaled(LIMIT_SECONDS))
        job.timed_out = true
    end
    job.lines = normalise(sys.slurp(job.file) or "", job.side, job.masks)
    job.trace = job.lines .. job.ending .. "\n"
    job.stderr = process:text("stderr")
    process:kill_group("SIGKILL")
    os.execute(("rm -rf '%s'"):format(job.dir))
end

--- Runs all jobs, some at a time.
local function run_jobs(jobs)
    local running, next_job = {}, 1
    while next_job <= #jobs or #running > 0 do
        while #running < AT_ONCE and next_job <= #jobs do
            start(jobs[next_job])
            running[#running + 1] = jobs[next_job]
            next_job = next_job + 1
        end
        for i = #running, 1, -1 do
            local job = running[i]
            job.process:_read_some()
            if job.process:_reap() or job.late() then
                finish(job)
                table.remove(running, i)
            end
        end
        sys.sleep(0.005)
    end
    proc.cleanup()
end

-- Judging -------------------------------------------------------------------------------------------------------------

--- What is wrong with the case itself, whatever moonherd does.
local function fault_of_case(name, job, code)
    if job.lines == "" then
        return "the trace of the oracle is empty: " .. job.ending .. "\n" .. (job.stderr or "")
    elseif job.ending ~= ("exit code %d"):format(code) then
        return ("the oracle's %s, but the case says %d\n%s"):format(job.ending, code, job.stderr or "")
    elseif job.trace ~= sys.slurp(TRACES .. name .. ".txt") then
        return "Node's trace is not the recorded one: scripts/conformance --record"
    end
    return nil
end

--- What became of a pair: of each side `lines`, `ending`, `trace` (both of them), `stderr`.
---@return { status: string, problem: string?, reason: string?, oracle: string, ours: string }
function M.judge(name, oracle, ours, code)
    local result = { oracle = oracle.trace, ours = ours.trace, stderr = ours.stderr }
    local difference = M.differences[name]
    result.problem = fault_of_case(name, oracle, code)
    if result.problem then
        result.status = "error"
    elseif ours.timed_out then
        result.status, result.problem = "differs", "moonherd " .. ours.ending .. "\n" .. ours.stderr
    elseif oracle.trace == ours.trace then
        result.status = difference and "error" or "pass"
        result.problem = difference and "the two agree: its entry in spec/node/differences.lua has no reason any more"
    elseif not difference then
        result.status, result.problem = "differs", "moonherd and Node differ"
    elseif ours.trace ~= sys.slurp(TRACES .. name .. ".moonherd.txt") then
        result.status = "error"
        result.problem = "the difference is known, but moonherd's trace is not the recorded one"
    else
        result.status = difference.status
        result.reason = difference.reason
    end
    return result
end

local function recorded(name)
    local trace = sys.slurp(TRACES .. name .. ".txt") or ""
    local lines, ending = trace:match("^(.-)([^\n]*)\n$")
    return { trace = trace, lines = lines or "", ending = ending or "no trace recorded" }
end

--- Runs the pairs; `record` writes what Node traced, and moonherd where the difference is known, into the repository.
---@param names string[]
---@param record boolean?
---@return table<string, { status: string, problem: string?, reason: string?, oracle: string, ours: string }>
function M.run(names, record)
    local jobs, by_name = {}, {}
    for _, name in ipairs(names) do
        by_name[name] = { moonherd = { name = name, side = "moonherd" } }
        if M.node() then
            by_name[name].node = { name = name, side = "node" }
            jobs[#jobs + 1] = by_name[name].node
        end
        jobs[#jobs + 1] = by_name[name].moonherd
    end
    run_jobs(jobs)
    local function write(path, text)
        local file = assert(io.open(path, "wb"))
        file:write(text)
        file:close()
    end
    local results = {}
    for _, name in ipairs(names) do
        local pair = by_name[name]
        local _, code = M.header(name)
        if record and pair.node then
            write(TRACES .. name .. ".txt", pair.node.trace)
        end
        if record and M.differences[name] then
            write(TRACES .. name .. ".moonherd.txt", pair.moonherd.trace)
        end
        results[name] = M.judge(name, pair.node or recorded(name), pair.moonherd, code)
    end
    files.cleanup()
    return results
end

--- The lines where two traces part, for a message.
function M.diff(oracle, ours)
    local left, right = {}, {}
    for line in oracle:gmatch("[^\n]+") do
        left[#left + 1] = line
    end
    for line in ours:gmatch("[^\n]+") do
        right[#right + 1] = line
    end
    local lines = {}
    for i = 1, math.max(#left, #right) do
        if left[i] == right[i] then
            lines[#lines + 1] = "  " .. left[i]
        else
            lines[#lines + 1] = "node      " .. (left[i] or "(nothing)")
            lines[#lines + 1] = "moonherd  " .. (right[i] or "(nothing)")
        end
    end
    return table.concat(lines, "\n")
end

return M
