--- JSON.
--
--     local json = require "moonherd.json"
--     json.encode({ name = "Ann", tags = json.array({}), age = 41 })   --> {"name":"Ann","tags":[],"age":41}
--     json.decode('{"a":[1,2,null]}').a[3] == json.null                --> true
--
-- A table whose keys are 1..n is a list, any other an object, an empty one too: json.array marks a list that may be
-- empty, and decode marks the empty lists it makes. Numbers: whole ones are written without fraction; NaN and the
-- infinities become null; 64-bit integers of the FFI are written in full. Read, every number is a Lua number, exact
-- up to 2^53 as in JavaScript, unless `int64 = true` asks for whole ones beyond that as int64_t. Functions inside
-- are left out of objects and are null in lists, as in Node. Strings have to be UTF-8.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local ffi = require("ffi")

local M = {
    --- What null reads as, and what is written as null. It is true in a condition, as everything but nil and false.
    null = core.null,
}

local MAX_DEPTH = 1000 -- the engine's own

local Array = { __name = "json.array" }

-- What the encoder asks Lua for.
local helpers = { array = Array }

local int64, uint64 = ffi.typeof("int64_t"), ffi.typeof("uint64_t")

function helpers.digits(value)
    if ffi.istype(int64, value) then
        return tostring(value):sub(1, -3) -- without LL
    elseif ffi.istype(uint64, value) then
        return tostring(value):sub(1, -4)
    end
end

--- An object's keys in order.
function helpers.keys(object)
    local keys = {}
    for key in next, object do
        keys[#keys + 1] = key
    end
    table.sort(keys, function(a, b)
        return tostring(a) < tostring(b)
    end)
    return keys
end

local function int64_of(digits)
    local negative = digits:sub(1, 1) == "-"
    local value = 0LL
    for digit in digits:gmatch("%d") do
        -- Built below zero, where there is room for the smallest one.
        value = value * 10 - tonumber(digit)
    end
    return negative and value or -value
end

--- Marks a table as a list, which matters when it is empty. Returns it.
---@param list table?
---@return table
function M.array(list)
    return setmetatable(list == nil and {} or check.table(list, "list"), Array)
end

local function check_depth(options)
    check.opt(check.integer, options.depth, "options.depth", 1, MAX_DEPTH)
end

-- "body.users[3]", for messages.
local function path_text(path)
    local parts = {}
    for i = 1, path.n do
        local key = path[i]
        if type(key) == "number" then
            parts[i] = ("[%d]"):format(key)
        elseif type(key) == "string" then
            parts[i] = (i > 1 and "." or "") .. key
        else
            parts[i] = ("[%s]"):format(tostring(key))
        end
        if i == 8 and path.n > 8 then
            parts[9] = "..."
            break
        end
    end
    return table.concat(parts)
end

--- The JSON text of a value. options: `indent`, spaces per level, for a text over several lines; `sort`, keys in
--- order; `depth`, the deepest nesting allowed (1000). Raises a TypeError that names the place for what JSON has no
--- form for: userdata, threads, tables inside themselves, bytes that are no UTF-8.
---@param value any
---@param options { indent: integer?, sort: boolean?, depth: integer? }?
---@return string
function M.encode(value, options)
    if options ~= nil then
        check.table(options, "options")
        check.opt(check.integer, options.indent, "options.indent", 0, 10)
        check.opt(check.boolean, options.sort, "options.sort")
        check_depth(options)
    end
    if type(value) == "function" then
        error(errors.new("TypeError", "ERR_JSON_ENCODE", "JSON has no form for a function"), 0)
    end
    local path = {}
    local ok, text = pcall(core.jsonEncode, value, options, helpers, "", path)
    if not ok then
        if text == "not enough memory" then
            error(text, 0)
        end
        local at = path.n and path.n > 0 and " at " .. path_text(path) or ""
        error(errors.new("TypeError", "ERR_JSON_ENCODE", ("JSON has no form for %s%s"):format(text, at)), 0)
    end
    return text
end

local function bad_text(complaint, line, column, position)
    local where = line and (" (line %d, column %d)"):format(line, column) or ""
    local fields = { line = line, column = column, position = position }
    return errors.new("SyntaxError", "ERR_JSON_DECODE", ("not JSON: %s%s"):format(complaint, where), fields)
end

--- The value of a JSON text. options: `int64`, see above; `depth`, the deepest nesting allowed (1000). Raises a
--- SyntaxError with `line`, `column` and `position` (bytes read).
---@param text string
---@param options { int64: boolean?, depth: integer? }?
---@return any
function M.decode(text, options)
    check.string(text, "text")
    if options ~= nil then
        check_depth(check.table(options, "options"))
        check.opt(check.boolean, options.int64, "options.int64")
    end
    local integer = options and options.int64 and int64_of or nil
    local ok, value, complaint, line, column, position =
        pcall(core.jsonDecode, text, Array, integer, options and options.depth)
    if not ok then
        if value == "not enough memory" then
            error(value, 0)
        end
        error(bad_text(tostring(value)), 0)
    elseif value == nil then
        error(bad_text(complaint, line, column, position), 0)
    end
    return value
end

--- encode by the name that JavaScript gives it, with its third argument: spaces per level.
---@param value any
---@param replacer nil there is none
---@param indent integer?
---@return string
function M.stringify(value, replacer, indent)
    if replacer ~= nil and replacer ~= M.null then
        error(errors.arg_value("replacer", replacer, "is not supported: change the value before"), 0)
    end
    return M.encode(value, indent ~= nil and { indent = indent } or nil)
end

M.parse = M.decode

return M
