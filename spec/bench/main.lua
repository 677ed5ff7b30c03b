--- The benchmark: what scripts/bench runs under plain luajit, from the project's folder.
--
-- How it measures: every trial has its contestants, ours and the peers, take turns, round after round, each round
-- beginning with another one; the table shows medians over the rounds and ratios of medians. Servers are up for the
-- whole of their trial. Round trips have both ends on one CPU (unpinned, where the scheduler puts them decides);
-- one way sends bursts of 100 as send allows, by the same rule here and in Node; over keep-alive the server has one
-- CPU and the load another one. CPU per request is the CPU time of all serving processes, the master included,
-- divided by the requests.

local machine = require("spec.bench.machine")
local proc = require("spec.support.proc")
local progress = require("spec.bench.progress")
local report = require("spec.bench.report")
local sys = require("spec.support.sys")
local tool = require("spec.bench.tool")
local trials = require("spec.bench.trials")

local USAGE = [[
usage: scripts/bench [--quick] [--rounds N] [--json] [--markdown FILE] [ROW...]
       scripts/bench --list

  --quick          shorter measurements and three rounds: a first look, no figures to quote
  --rounds N       N rounds, 5 unless told; the table shows medians
  --json           JSON with every sample instead of the table
  --markdown FILE  write date, machine, versions and the table to FILE besides
  --list           name the rows
  ROW              only these rows, by the names of --list
]]

-- What was asked for ----------------------------------------------------------------------------------------------

local function usage_error(...)
    io.stderr:write("moonherd: ", (...):format(select(2, ...)), "\n", USAGE)
    os.exit(2)
end

local function read_arguments(arguments)
    local options = { rows = {} }
    local at = 1
    local function value(name)
        at = at + 1
        return arguments[at] or usage_error("%s takes a value", name)
    end
    while arguments[at] do
        local word = arguments[at]
        if word == "--quick" or word == "--json" or word == "--list" or word == "--help" then
            options[word:sub(3)] = true
        elseif word == "--rounds" then
            options.rounds = tonumber(value(word))
            if not options.rounds or options.rounds < 1 or options.rounds % 1 ~= 0 then
                usage_error("--rounds takes a number from 1 on")
            end
        elseif word == "--markdown" then
            options.markdown = value(word)
        elseif word:sub(1, 1) == "-" then
            usage_error("unknown option %s", word)
        else
            options.rows[word] = true
        end
        at = at + 1
    end
    options.rounds = options.rounds or (options.quick and 3 or 5)
    return options
end

-- Keeps the rows that were asked for, and the trials they are of.
local function choose(list, wanted)
    if not next(wanted) then
        return list
    end
    local chosen, known = {}, {}
    for _, trial in ipairs(list) do
        local rows = {}
        for _, row in ipairs(trial.rows) do
            known[row.name] = true
            if wanted[row.name] then
                rows[#rows + 1] = row
            end
        end
        if #rows > 0 then
            trial.rows = rows
            chosen[#chosen + 1] = trial
        end
    end
    for name in pairs(wanted) do
        if not known[name] then
            usage_error("no row is called %s; scripts/bench --list names them", name)
        end
    end
    return chosen
end

-- Takes away what cannot run for want of a program; gives the names of those programs with what they cost us.
local function leave_out(list)
    local missing, order = {}, {}
    local function lacks(needs, what)
        if not needs or machine.which(needs) then
            return false
        end
        if not missing[needs] then
            missing[needs] = what
            order[#order + 1] = needs
        end
        return true
    end
    for i = #list, 1, -1 do
        if lacks(list[i].needs, "the rows it loads") then
            table.remove(list, i)
        else
            for k = #list[i].contestants, 1, -1 do
                local contestant = list[i].contestants[k]
                if lacks(contestant.needs, contestant.peer) then
                    table.remove(list[i].contestants, k)
                end
            end
        end
    end
    table.sort(order)
    local notes = {}
    for _, needs in ipairs(order) do
        notes[#notes + 1] = ("%s is not installed: %s left out."):format(needs, missing[needs])
    end
    return notes
end

-- Measuring -------------------------------------------------------------------------------------------------------

local FAILURE_CHARACTERS = 400

local failures = {}

-- Runs a step of a contestant; one that fails is not asked again, and named at the end.
local function attempt(contestant, title, step, ...)
    local ok, result = xpcall(step, function(err)
        return err == tool.INTERRUPTED and err or type(err) == "string" and err or tostring(err)
    end, ...)
    if ok then
        return result
    elseif result == tool.INTERRUPTED then
        error(result, 0)
    end
    contestant.failed = true
    local text = ("%s, %s: %s"):format(title, contestant.peer, result)
    failures[#failures + 1] = { peer = contestant.peer, text = text:gsub("%s+", " "):sub(1, FAILURE_CHARACTERS) }
end

local function measure(trial, rounds, show)
    local title = trial.rows[1].title
    local samples = {}
    for _, contestant in ipairs(trial.contestants) do
        samples[contestant.peer] = {}
        if contestant.open then
            contestant.state = attempt(contestant, title, contestant.open)
        end
    end
    for round = 1, rounds do
        for i = 1, #trial.contestants do
            local contestant = trial.contestants[(i + round - 2) % #trial.contestants + 1]
            show:step(("round %d of %d, %s: %s"):format(round, rounds, title, contestant.peer), contestant.seconds)
            local figures = not contestant.failed and attempt(contestant, title, contestant.measure, contestant.state)
            for name, value in pairs(figures or {}) do
                local list = samples[contestant.peer]
                list[name] = list[name] or {}
                table.insert(list[name], value)
            end
        end
    end
    for _, contestant in ipairs(trial.contestants) do
        if contestant.close and contestant.state then
            attempt(contestant, title, contestant.close, contestant.state)
        end
    end
    return samples
end

-- The columns, in the order in which the trials first name them.
local function peers_of(list)
    local peers, seen = {}, {}
    for _, trial in ipairs(list) do
        for _, contestant in ipairs(trial.contestants) do
            if not seen[contestant.peer] then
                seen[contestant.peer] = true
                peers[#peers + 1] = contestant.peer
            end
        end
    end
    return peers
end

local function facts(options)
    local list = machine.describe()
    table.insert(list, 1, { "date", os.date("!%Y-%m-%d %H:%M UTC") })
    table.insert(list, { "rounds", options.rounds .. (options.quick and ", quick" or "") })
    table.insert(list, { "load at the start", sys.slurp("/proc/loadavg"):match("%S+") })
    for _, command in ipairs({
        { "moonherd", proc.bin, "-v" }, { "luajit", machine.luajit(), "-v" }, { "Node", "node", "--version" },
        { "nginx", machine.which("nginx") or "nginx", "-v" }, { "wrk", "wrk", "-v" }, { "cc", "cc", "--version" },
    }) do
        local line = machine.which(command[2]) and machine.first_line(command[2], command[3])
        list[#list + 1] = line and { command[1], line } or nil
    end
    return list
end

local function run(options, list, notes)
    local seconds = 0
    for _, trial in ipairs(list) do
        for _, contestant in ipairs(trial.contestants) do
            seconds = seconds + contestant.seconds * (trial.once and 1 or options.rounds)
        end
    end
    local result = { facts = facts(options), rounds = options.rounds, peers = peers_of(list), rows = {}, notes = notes }
    local show = progress.new(seconds)
    for _, trial in ipairs(list) do
        local samples = measure(trial, trial.once and 1 or options.rounds, show)
        for _, row in ipairs(trial.rows) do
            result.rows[#result.rows + 1] = report.row(row, samples)
            if row.remark then
                table.insert(notes, row.title .. ": " .. row.remark .. ".")
            end
        end
    end
    show:clear()
    for _, failure in ipairs(failures) do
        table.insert(notes, "Failed: " .. failure.text)
    end
    return result
end

-- Showing ---------------------------------------------------------------------------------------------------------

local function write_file(path, text)
    if path:sub(1, 1) ~= "/" then
        path = (os.getenv("MOONHERD_BENCH_CWD") or ".") .. "/" .. path
    end
    local file = assert(io.open(path, "w"))
    assert(file:write(text))
    assert(file:close())
end

local function show(options, result)
    if options.markdown then
        write_file(options.markdown, report.markdown(result))
    end
    if options.json then
        io.write(report.json(result))
        return
    end
    for _, fact in ipairs(result.facts) do
        print(("%-18s %s"):format(fact[1], fact[2]))
    end
    print()
    local colour = require("ffi").C.isatty(1) == 1 and not os.getenv("NO_COLOR")
    io.write(report.text(result, { colour = colour }))
end

local function main()
    local options = read_arguments(arg)
    if options.help then
        io.write(USAGE)
        return 0
    end
    local cpus = machine.cpus()
    local list = choose(trials.list({
        quick = options.quick,
        cpu = #cpus > 1 and cpus[#cpus] or nil,
        load_cpu = #cpus > 1 and cpus[1] or nil,
    }), options.rows)
    if options.list then
        for _, trial in ipairs(list) do
            for _, row in ipairs(trial.rows) do
                print(("%-20s %s"):format(row.name, row.title))
            end
        end
        return 0
    end
    tool.catch_signals()
    local ok, result = xpcall(run, function(err)
        return err == tool.INTERRUPTED and err or debug.traceback(tostring(err), 2)
    end, options, list, leave_out(list))
    tool.end_everything()
    if not ok then
        io.stderr:write(result == tool.INTERRUPTED and "\nmoonherd: interrupted\n" or result .. "\n")
        return result == tool.INTERRUPTED and 128 + result.signal or 1
    end
    show(options, result)
    for _, failure in ipairs(failures) do
        if failure.peer == "moonherd" then
            return 1
        end
    end
    return 0
end

os.exit(main())
