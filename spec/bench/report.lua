--- What the measurements say: medians, ratios, verdicts, and these as a table, as Markdown and as JSON.
--
--     local result = report.row(row, samples)      -- samples: { [peer] = { [figure] = list of numbers } }
--     io.write(report.text(run), report.markdown(run), report.json(run))
--
-- run: date, facts (a list of { name, text }), rounds, peers (in the order of the columns), rows (from report.row),
-- notes (lines).

local M = {}

local OURS = "moonherd"
local GAP = "  "

-- Figures -------------------------------------------------------------------------------------------------------

local function median(list)
    local sorted = { unpack(list) }
    table.sort(sorted)
    local middle = math.floor((#sorted + 1) / 2)
    return #sorted % 2 == 1 and sorted[middle] or (sorted[middle] + sorted[middle + 1]) / 2
end

local function summary(list)
    return { median = median(list), min = math.min(unpack(list)), max = math.max(unpack(list)), samples = list }
end

local function meets(value, goal, bound)
    if goal.most then
        return value <= bound
    end
    return value >= bound
end

-- "holds", "near" (within the limit), "behind"; nil without a goal or a figure to judge by.
local function verdict(goal, value)
    if not goal or not value then
        return nil
    elseif meets(value, goal, goal.most or goal.least) then
        return "holds"
    end
    return goal.limit and meets(value, goal, goal.limit) and "near" or "behind"
end

--- One row of the table from all that was measured for it.
function M.row(row, samples)
    local result = {
        name = row.name, title = row.title, unit = row.unit, goal = row.goal, figures = {}, ratios = {},
    }
    for peer, figures in pairs(samples) do
        if figures[row.figure] and #figures[row.figure] > 0 then
            result.figures[peer] = summary(figures[row.figure])
        end
    end
    local ours = result.figures[OURS]
    for peer, figure in pairs(result.figures) do
        if ours and peer ~= OURS then
            result.ratios[peer] = ours.median / figure.median
        end
    end
    if row.goal then
        local value
        if row.goal.than then
            value = result.ratios[row.goal.than]
        else
            value = ours and ours.median
        end
        result.verdict = verdict(row.goal, value)
    end
    return result
end

-- Words ---------------------------------------------------------------------------------------------------------

local function number(value)
    if value < 10 then
        return ("%.2f"):format(value)
    elseif value < 1000 then
        return ("%.1f"):format(value)
    end
    local text = ("%.0f"):format(value)
    return (text:reverse():gsub("%d%d%d", "%0,"):reverse():gsub("^,", ""))
end

local function ratio(value)
    return (value < 0.1 and "%.3f x" or value < 10 and "%.2f x" or "%.0f x"):format(value)
end

-- "± 3 %": how far the rounds lie apart, as half of their range.
local function spread(figure)
    if #figure.samples < 2 then
        return ""
    end
    return ("± %.0f %%"):format((figure.max - figure.min) / 2 / figure.median * 100)
end

local function goal(row, bound)
    local words = row.goal
    return ("%s %g %s"):format(words.most and "<=" or ">=", bound, words.than and "x " .. words.than or row.unit)
end

local function goal_words(row)
    if not row.goal then
        return "", ""
    end
    return goal(row, row.goal.most or row.goal.least), row.goal.limit and ("limit %g"):format(row.goal.limit) or ""
end

-- Raw C and plain luajit are the floor of different rows: one column, as they never meet in a row.
local FLOOR = { ["raw C"] = true, luajit = true }

-- The columns of peers that were measured: a list of { title, peers }.
local function columns(run)
    local list = { { title = OURS, peers = { OURS } } }
    local floor
    for _, peer in ipairs(run.peers) do
        if FLOOR[peer] and floor then
            table.insert(floor.peers, peer)
            floor.title = table.concat(floor.peers, ", ")
        elseif peer ~= OURS then
            list[#list + 1] = { title = peer, peers = { peer } }
            floor = FLOOR[peer] and list[#list] or floor
        end
    end
    return list
end

local function cell(row, column)
    for _, peer in ipairs(column.peers) do
        local figure = row.figures[peer]
        if figure then
            return number(figure.median), peer == OURS and spread(figure) or row.ratios[peer]
                and ratio(row.ratios[peer]) or ""
        end
    end
    return "-", ""
end

M.LEGEND = "Under each peer: moonherd as a multiple of it; under moonherd: the spread of the rounds."
M.VERDICTS = "holds: the goal; near: within the limit that must hold; behind: neither."

-- The table -----------------------------------------------------------------------------------------------------

local COLOURS = { holds = "\27[32m", near = "\27[33m", behind = "\27[31m" }

-- Display width of UTF-8 text of single-width characters.
local function width(text)
    return select(2, text:gsub("[^\128-\191]", ""))
end

local function pad(text, wanted, left)
    local fill = (" "):rep(wanted - width(text))
    return left and text .. fill or fill .. text
end

-- Lines of cells to aligned lines; `left` says which columns begin at the left.
local function align(lines, left)
    local widths = {}
    for _, line in ipairs(lines) do
        for i, text in ipairs(line) do
            widths[i] = math.max(widths[i] or 0, width(text))
        end
    end
    local out = {}
    for i, line in ipairs(lines) do
        local cells = {}
        for column, text in ipairs(line) do
            cells[column] = pad(text, widths[column], left[column])
        end
        out[i] = (table.concat(cells, GAP):gsub("%s+$", ""))
    end
    return out
end

--- The table for a terminal; options.colour.
function M.text(run, options)
    local list = columns(run)
    local head, left = { "", "" }, { true, true }
    for _, column in ipairs(list) do
        head[#head + 1] = column.title
    end
    left[#head + 1], left[#head + 2] = true, true
    head[#head + 1], head[#head + 2] = "goal", ""
    local lines, verdicts = { head }, {}
    for _, row in ipairs(run.rows) do
        local above, below = { row.title, row.unit }, { "", "" }
        for _, column in ipairs(list) do
            above[#above + 1], below[#below + 1] = cell(row, column)
        end
        above[#above + 1], below[#below + 1] = goal_words(row)
        above[#above + 1], below[#below + 1] = row.verdict or "", ""
        lines[#lines + 1], lines[#lines + 2] = above, below
        verdicts[#lines - 1] = row.verdict
    end
    local out = align(lines, left)
    local longest = 0
    for i, line in ipairs(out) do
        longest = math.max(longest, width(line))
        if options.colour and verdicts[i] then
            out[i] = line:gsub("%a+$", COLOURS[verdicts[i]] .. "%0\27[0m")
        end
    end
    local rule = ("─"):rep(longest)
    table.insert(out, 2, rule)
    out[#out + 1] = rule
    out[#out + 1] = M.LEGEND
    out[#out + 1] = M.VERDICTS
    for _, note in ipairs(run.notes) do
        out[#out + 1] = note
    end
    return table.concat(out, "\n") .. "\n"
end

-- Markdown ------------------------------------------------------------------------------------------------------

--- A file with the table, what it was taken on, and a place for remarks.
function M.markdown(run)
    local out = { "# Benchmark results", "", "Written by `scripts/bench --markdown`.", "" }
    local function add(...)
        out[#out + 1] = table.concat({ ... })
    end
    for _, fact in ipairs(run.facts) do
        add("- ", fact[1], ": ", fact[2])
    end
    add("")
    local list = columns(run)
    local head, rule = { "what", "unit" }, { "---", "---" }
    for _, column in ipairs(list) do
        head[#head + 1], rule[#rule + 1] = column.title, "---:"
    end
    head[#head + 1], head[#head + 2], rule[#rule + 1], rule[#rule + 2] = "goal", "", "---", "---"
    add("| ", table.concat(head, " | "), " |")
    add("| ", table.concat(rule, " | "), " |")
    for _, row in ipairs(run.rows) do
        local cells = { row.title, row.unit }
        for _, column in ipairs(list) do
            local value, beside = cell(row, column)
            cells[#cells + 1] = beside ~= "" and ("%s (%s)"):format(value, beside) or value
        end
        local wanted, limit = goal_words(row)
        cells[#cells + 1] = limit ~= "" and ("%s (%s)"):format(wanted, limit) or wanted
        cells[#cells + 1] = row.verdict or ""
        add("| ", table.concat(cells, " | "), " |")
    end
    add("")
    add("In parentheses: moonherd as a multiple of the peer; behind moonherd: the spread of the rounds. ", M.VERDICTS)
    add("")
    for _, note in ipairs(run.notes) do
        add("- ", note)
    end
    add("")
    add("## Remarks")
    add("")
    add("<!-- What the figures say: where we are behind, why, and what would change it. -->")
    return table.concat(out, "\n") .. "\n"
end

-- JSON ----------------------------------------------------------------------------------------------------------

local encode

local function encode_table(value, indent)
    local inner = indent .. "  "
    local parts = {}
    if #value > 0 or next(value) == nil then
        for i, item in ipairs(value) do
            parts[i] = encode(item, inner)
        end
        return "[" .. table.concat(parts, ", ") .. "]"
    end
    for name, item in pairs(value) do
        parts[#parts + 1] = ("%s%s: %s"):format(inner, encode(name, inner), encode(item, inner))
    end
    table.sort(parts)
    return "{\n" .. table.concat(parts, ",\n") .. "\n" .. indent .. "}"
end

function encode(value, indent)
    if type(value) == "table" then
        return encode_table(value, indent)
    elseif type(value) == "string" then
        return '"' .. value:gsub('[%c"\\]', function(char)
            return ("\\u%04x"):format(char:byte())
        end) .. '"'
    end
    return tostring(value)
end

function M.json(run)
    local facts = {}
    for _, fact in ipairs(run.facts) do
        facts[fact[1]] = fact[2]
    end
    return encode({ facts = facts, rounds = run.rounds, rows = run.rows, notes = run.notes }, "") .. "\n"
end

return M
