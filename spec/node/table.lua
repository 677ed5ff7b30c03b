--- The table of scripts/conformance: every row of Node's surface, and what the pairs that name it have found.
--
--     luajit spec/node/table.lua [record]       -- MOONHERD_BIN says what is tested; ends with 1 if anything is wrong
--
-- A row passes when a pair that names it passes and none differs over it, or when a spec shows it that no pair can.
-- `improved` and `differs` come from spec/node/differences.lua, `not applicable` and the specs from spec/node/ids.lua;
-- what neither pair nor spec names is `not yet`.

package.path = "./?.lua;" .. package.path

local ids = require("spec.node.ids")
local runner = require("spec.node.runner")
local sys = require("spec.support.sys")

local STATUSES = { "pass", "improved", "differs", "not applicable", "not yet" }

local SECTIONS = {
    M = "Lua for JavaScript", CP = "child_process", CL = "cluster", PR = "process", EV = "events", TM = "timers",
    NET = "net", HTTP = "http", DG = "dgram", ER = "errors", Q = "quirks of Node's",
}

--- id -> { status =, note =, shown_by = { pair or spec, ... } }; the pairs with a problem; what is wrong with specs.
local function judge_ids(names, results)
    local rows, faults, spec_faults = {}, {}, {}
    for _, id in ipairs(ids) do
        local row = { status = id[3] and "not applicable" or "not yet", note = id[3], shown_by = {} }
        local fault = id.spec and runner.spec_fault(id)
        if fault then
            spec_faults[#spec_faults + 1] = fault
        elseif id.spec then
            row.status, row.shown_by[1] = "pass", id.spec
        end
        rows[id[1]] = row
    end
    local function concern(id, status, name, note)
        local row = rows[id] or error(("%s names %s, which is not in spec/node/ids.lua"):format(name, id))
        local rank = { differs = 3, improved = 2, pass = 1 }
        if (rank[status] or 0) > (rank[row.status] or 0) then
            row.status, row.note = status, note
        end
        table.insert(row.shown_by, name)
    end
    for _, name in ipairs(names) do
        local result = results[name]
        if result.problem then
            faults[#faults + 1] = name
        elseif runner.differences[name] then
            for _, id in ipairs(runner.differences[name].ids) do
                concern(id, result.status, name, result.reason)
            end
        end
        for _, id in ipairs((runner.header(name))) do
            if result.problem then
                concern(id, "differs", name, "unexplained, see below")
            elseif result.status == "pass" then
                concern(id, "pass", name)
            end
        end
    end
    return rows, faults, spec_faults
end

local function print_table(rows)
    local tty = sys.C.isatty(1) == 1
    local colours = { pass = 32, improved = 36, differs = 33, ["not applicable"] = 90, ["not yet"] = 31 }
    local section
    for _, id in ipairs(ids) do
        local prefix = id[1]:match("^%u+")
        if prefix ~= section then
            section = prefix
            print(("\n%s\n%s"):format(SECTIONS[prefix], ("-"):rep(#SECTIONS[prefix])))
        end
        local row = rows[id[1]]
        local status = ("%-14s"):format(row.status)
        if tty then
            status = ("\27[%dm%s\27[0m"):format(colours[row.status], status)
        end
        local line = ("%-8s  %s  %-56s  %s"):format(id[1], status, id[2], row.note or table.concat(row.shown_by, " "))
        print((line:gsub("%s+$", "")))
    end
end

local function totals(rows, names)
    local counts = {}
    for _, row in pairs(rows) do
        counts[row.status] = (counts[row.status] or 0) + 1
    end
    local parts = {}
    for _, status in ipairs(STATUSES) do
        parts[#parts + 1] = ("%d %s"):format(counts[status] or 0, status)
    end
    return ("%d rows of Node's surface: %s (%d pairs)"):format(#ids, table.concat(parts, ", "), #names)
end

--- The README shows the totals in one line, which begins as this one does.
local function update_readme(line)
    local text = sys.slurp("README.md")
    local updated, count = text:gsub("%d+ rows of Node's surface: [^\n]*", (line:gsub("%%", "%%%%")))
    assert(count == 1, "README.md has no line for the totals")
    if updated ~= text then
        local file = assert(io.open("README.md", "wb"))
        file:write(updated)
        file:close()
    end
end

local function main(record)
    require("ffi").cdef("int isatty(int fd);")
    local names = runner.names()
    print(runner.oracle())
    if record and not runner.node() then
        print("there is no Node to record: it must be release " .. runner.NODE_RELEASE)
        os.exit(1)
    end
    local results = runner.run(names, record)
    local rows, faults, spec_faults = judge_ids(names, results)
    print_table(rows)
    for _, name in ipairs(faults) do
        local result = results[name]
        print(("\n%s: %s\n%s\n%s"):format(name, result.problem, runner.diff(result.oracle, result.ours), result.stderr))
    end
    for _, fault in ipairs(spec_faults) do
        print("\n" .. fault)
    end
    local line = totals(rows, names)
    print("\n" .. line)
    if record then
        update_readme(line)
    end
    os.exit(#faults + #spec_faults == 0 and 0 or 1)
end

main((...) == "record")
