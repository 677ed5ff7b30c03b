--- The guard's options: what they are, what they are by default, and how a partial table changes them.
--
--     local options = require "moonherd.policy.options"
--     local current = options.defaults(cpus)
--     current = options.merge(current, { heartbeat = { interval = 2000 } })     -- the rest stays
--
--     workers    how many; half the CPUs, rounded up
--     heartbeat  { interval = 10000, misses = 3 }      ms between pings; unanswered ones that make a zombie
--     respawn    { delay = 5000 }                      ms before a replacement; see policy/respawn for
--                                                      { min, max, factor, jitter } and functions
--     memory     { hard = 734003200, soft = false }    bytes; see policy/memory
--     breaker    { deaths = 10, within = 60000, cooldown = 60000, trial = false }   see policy/breaker
--     stop       { grace = 5000 }                      ms a stopping herd has to drain
--
-- `false` in place of heartbeat, respawn, memory or breaker switches it off: no pings and no zombies, no
-- replacements, no limit, forks without end. `true`, or a table, switches it on again, with the defaults for
-- what is not named. A table that does not fit raises an error that names the option, and changes nothing.

local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")
local meant = require("moonherd.meant")

local M = {}

local DAY_MS = 86400000

-- The shape -----------------------------------------------------------------------------------------------------
-- A leaf has `want`, in words, and `kinds`, the Lua types it may be, and says of a value of such a type whether it
-- `fits`. A section has `fields` and `defaults` and may be switched `off`. A leaf with a `section` takes a
-- table besides, which is merged as that section.

local function number_leaf(unit, lo, hi, off)
    local noun = unit == "" and "an integer" or "an integer of " .. unit
    return {
        want = ("%s from %d to %d%s"):format(noun, lo, hi, off and ", or false" or ""),
        kinds = { number = true, boolean = off },
        fits = function(value)
            if off and value == false then
                return true
            end
            return type(value) == "number" and value == math.floor(value) and value >= lo and value <= hi
        end,
    }
end

local function ratio_leaf(lo, hi)
    return {
        want = ("a number from %d to %d"):format(lo, hi),
        kinds = { number = true },
        fits = function(value)
            return value >= lo and value <= hi
        end,
    }
end

local BACKOFF = {
    fields = {
        min = number_leaf("milliseconds", 0, DAY_MS),
        max = number_leaf("milliseconds", 0, DAY_MS),
        factor = ratio_leaf(1, 1000),
        jitter = ratio_leaf(0, 1),
    },
    defaults = { min = 100, max = 30000, factor = 2, jitter = 0.5 },
}

local DELAY = number_leaf("milliseconds", 0, DAY_MS)
DELAY.want = DELAY.want .. ", a table { min, max, factor, jitter } or a function"
DELAY.kinds["function"] = true
DELAY.section = BACKOFF
local delay_number_fits = DELAY.fits
function DELAY.fits(value)
    return type(value) == "function" or delay_number_fits(value)
end

-- Less than a megabyte is megabytes meant as bytes, or a worker that cannot even start.
local BYTES_MIN, BYTES_MAX = 2 ^ 20, 2 ^ 48

local ROOT = {
    fields = {
        workers = number_leaf("", 1, 4096),
        heartbeat = {
            off = true,
            fields = { interval = number_leaf("milliseconds", 1, DAY_MS), misses = number_leaf("", 1, 1000) },
            defaults = { interval = 10000, misses = 3 },
        },
        respawn = { off = true, fields = { delay = DELAY }, defaults = { delay = 5000 } },
        memory = {
            off = true,
            fields = {
                hard = number_leaf("bytes", BYTES_MIN, BYTES_MAX, true),
                soft = number_leaf("bytes", BYTES_MIN, BYTES_MAX, true),
            },
            defaults = { hard = 734003200, soft = false },
        },
        breaker = {
            off = true,
            fields = {
                deaths = number_leaf("", 1, 1000),
                within = number_leaf("milliseconds", 1, DAY_MS),
                cooldown = number_leaf("milliseconds", 1, DAY_MS),
                trial = number_leaf("milliseconds", 1, DAY_MS, true),
            },
            defaults = { deaths = 10, within = 60000, cooldown = 60000, trial = false },
        },
        stop = { fields = { grace = number_leaf("milliseconds", 0, DAY_MS) }, defaults = { grace = 5000 } },
    },
}

-- Errors --------------------------------------------------------------------------------------------------------

local function fail(where, name, code, path, message)
    error(errors.new(name, code, ("%s: %s"):format(where, message), { option = path }), 0)
end

local function shown(value)
    return (inspect.value(value):gsub("^'(.*)'$", '"%1"'))
end

local function fail_value(where, path, want, value, right_kind)
    local name, code = "TypeError", "ERR_INVALID_ARG_TYPE"
    if right_kind then
        name, code = "RangeError", "ERR_OUT_OF_RANGE"
    end
    fail(where, name, code, path, ("%s must be %s, got %s"):format(path, want, shown(value)))
end

--- The known name that was probably meant; nil when none is near.
local function nearest(section, path, key)
    for name, node in pairs(section.fields) do
        if node.fields and node.fields[key] then
            return path .. name .. "." .. key -- the right name one level too high
        end
    end
    local best = meant.nearest(key, section.fields)
    return best and path .. best
end

local function fail_unknown(where, section, path, key)
    local full = type(key) == "string" and path .. key or ("%s[%s]"):format(path:sub(1, -2), inspect.value(key))
    local near = type(key) == "string" and nearest(section, path, key)
    local message = ("unknown option '%s'"):format(full)
    if near then
        message = message .. ("; did you mean '%s'?"):format(near)
    end
    fail(where, "TypeError", "ERR_INVALID_ARG_VALUE", full, message)
end

-- Merging -------------------------------------------------------------------------------------------------------

local merge_section

local function merge_leaf(leaf, current, value, path, where)
    if leaf.section and type(value) == "table" then
        return merge_section(leaf.section, current, value, path, where)
    end
    local right_kind = leaf.kinds[type(value)]
    if not (right_kind and leaf.fits(value)) then
        fail_value(where, path, leaf.want, value, right_kind)
    end
    return value
end

local function copy(section, current)
    local result = {}
    for key, value in pairs(current) do
        local node = section.fields[key]
        local inner = node.section or (node.fields and node)
        result[key] = inner and type(value) == "table" and copy(inner, value) or value
    end
    return result
end

--- The known keys of a partial table in a fixed order, so that of several mistakes the same is always named.
local function keys_of(section, partial, path, where)
    local keys, unknown = {}, nil
    for key in pairs(partial) do
        if type(key) == "string" and section.fields[key] then
            keys[#keys + 1] = key
        elseif unknown == nil or tostring(key) < tostring(unknown) then
            unknown = key
        end
    end
    if unknown ~= nil then
        fail_unknown(where, section, path, unknown)
    end
    table.sort(keys)
    return keys
end

function merge_section(section, current, value, path, where)
    if section.off and value == false then
        return false
    end
    local base = type(current) == "table" and current or section.defaults
    if section.off and value == true then
        value = {}
    elseif type(value) ~= "table" then
        fail_value(where, path, section.off and "a table, true or false" or "a table", value)
    end
    local result = copy(section, base)
    local prefix = path == "" and "" or path .. "."
    for _, key in ipairs(keys_of(section, value, prefix, where)) do
        local node = section.fields[key]
        local merge = node.fields and merge_section or merge_leaf
        result[key] = merge(node, result[key], value[key], prefix .. key, where)
    end
    return result
end

--- What no single option can tell.
local function check_together(result, where)
    local memory = result.memory
    if memory and memory.hard and memory.soft and memory.soft >= memory.hard then
        local want = ("less than memory.hard (%d)"):format(memory.hard)
        fail_value(where, "memory.soft", want, memory.soft, true)
    end
    local delay = result.respawn and result.respawn.delay
    if type(delay) == "table" and delay.min > delay.max then
        local want = ("at most respawn.delay.max (%d)"):format(delay.max)
        fail_value(where, "respawn.delay.min", want, delay.min, true)
    end
end

--- The options nobody has changed.
---@param cpus integer
---@return table options
function M.defaults(cpus)
    local result = { workers = math.max(1, math.ceil(cpus / 2)) }
    for name, node in pairs(ROOT.fields) do
        if node.fields then
            result[name] = copy(node, node.defaults)
        end
    end
    return result
end

--- A new table: `current` with the named options of `partial` in place of its own. Neither is changed, and the
--- result shares no table with them. Raises what does not fit, with the option's path in the error's `option`.
---@param current table from `defaults` or an earlier merge
---@param partial table? nil changes nothing
---@param where string? who asks, for messages: "guard" unless given, or a file name
---@return table options
function M.merge(current, partial, where)
    where = where or "guard"
    if partial ~= nil and type(partial) ~= "table" then
        fail_value(where, "the options", "a table", partial)
    end
    local result = merge_section(ROOT, current, partial or {}, "", where)
    check_together(result, where)
    return result
end

return M
