--- Types as LuaLS writes them, read into tables, and whether they admit a value.
--
--     local types = require "scripts.api.types"
--     local union, rest = types.parse('string|"udp4"|fun(err: table?)|nil what follows')
--     types.admits(union, 5)          --> false
--     types.admits(union, nil)        --> true
--
-- A union is a list of alternatives: { kind = "name", name = "string" }, { kind = "literal", value = "udp4" },
-- { kind = "function" }, { kind = "list" }, { kind = "table" }. "any" and nil stand in it as names.

local M = {}

-- Parsing -----------------------------------------------------------------------------------------------------

local parse_union

--- The text of a balanced pair at `at`, and where it ends.
local function balanced(text, at, pair)
    local first, last = text:find("^%b" .. pair, at)
    if not first then
        error(("type '%s': %s is not closed"):format(text, pair:sub(1, 1)), 0)
    end
    return text:sub(first + 1, last - 1), last + 1
end

--- What one alternative is, without [] and ?. Returns it and where it ends.
local function parse_primary(text, at)
    local first = text:sub(at, at)
    if first == "(" then
        local inner, after = balanced(text, at, "()")
        local union = parse_union(inner, 1)
        return union, after
    elseif first == '"' then
        local value = text:match('^"([^"]*)"', at)
        return { { kind = "literal", value = value } }, at + #value + 2
    elseif first == "{" then
        local _, after = balanced(text, at, "{}")
        return { { kind = "table" } }, after
    end
    local number = text:match("^%-?%d+", at)
    if number then
        return { { kind = "literal", value = tonumber(number) } }, at + #number
    end
    local name = text:match("^[%a_][%w_.]*", at)
    if not name then
        error(("type '%s': a type is wanted at '%s'"):format(text, text:sub(at)), 0)
    end
    at = at + #name
    if name == "fun" then
        local _, after = balanced(text, at, "()")
        local colon = text:match("^:%s*()", after)
        while colon do
            local _, behind = parse_union(text, colon)
            after = behind
            colon = text:match("^,%s*()", after)
        end
        return { { kind = "function" } }, after
    elseif text:sub(at, at) == "<" then
        local _, after = balanced(text, at, "<>")
        return { { kind = "table" } }, after
    end
    return { { kind = "name", name = name } }, at
end

parse_union = function(text, at)
    local union = {}
    repeat
        local alternatives
        alternatives, at = parse_primary(text, at)
        while true do
            if text:sub(at, at + 1) == "[]" then
                alternatives, at = { { kind = "list", of = alternatives } }, at + 2
            elseif text:sub(at, at) == "?" then
                alternatives[#alternatives + 1] = { kind = "name", name = "nil" }
                at = at + 1
            else
                break
            end
        end
        for _, alternative in ipairs(alternatives) do
            union[#union + 1] = alternative
        end
        local behind = text:match("^|%s*()", at)
        at = behind or at
    until not behind
    return union, at
end

--- Reads a type that stands at the beginning of a text. Returns it, how it is written, and the text behind it.
---@param text string
---@return table union
---@return string written
---@return string rest
function M.parse(text)
    local union, at = parse_union(text, 1)
    return union, text:sub(1, at - 1), (text:sub(at):gsub("^%s+", ""))
end

--- The parameters of "fun(port: integer, host?: string, callback: function?)"; `self` is none.
---@param text string
---@return { name: string, type: table, written: string, doc: string }[]
function M.parameters(text)
    local inner = balanced(text, #"fun" + 1, "()")
    local params, at = {}, 1
    while at <= #inner do
        local name, optional, behind = inner:match("^%s*([%w_.]+)(%??)%s*:?%s*()", at)
        if not name then
            error(("'%s' is no list of parameters"):format(inner), 0)
        end
        local union, after = { { kind = "name", name = "any" } }, behind
        if inner:sub(behind, behind) ~= "," and behind <= #inner then
            union, after = parse_union(inner, behind)
        end
        local written = inner:sub(behind, after - 1)
        if optional == "?" then
            union[#union + 1] = { kind = "name", name = "nil" }
        end
        if name ~= "self" then
            params[#params + 1] = { name = name, type = union, written = written .. optional, doc = "" }
        end
        at = inner:match("^%s*,%s*()", after) or #inner + 1
    end
    return params
end

-- Admitting ---------------------------------------------------------------------------------------------------

local function callable(value)
    local mt = type(value) == "table" and getmetatable(value)
    return type(value) == "function" or (type(mt) == "table" and mt.__call ~= nil)
end

local function is_table(value)
    return type(value) == "table"
end

-- Lua's types, and LuaLS's names for parts of them.
local NAMES = {
    any = function() return true end,
    integer = function(value)
        return type(value) == "number" and value == math.floor(value) and value - value == 0
    end,
    number = function(value) return type(value) == "number" and value == value end,
    ["function"] = callable,
    self = is_table,
    lightuserdata = function(value) return type(value) == "userdata" end,
    table = is_table,
}

local KINDS = {
    literal = function(alternative, value) return value == alternative.value end,
    ["function"] = function(_, value) return callable(value) end,
    list = function(_, value) return is_table(value) end,
    table = function(_, value) return is_table(value) end,
}

--- Whether a class is another, or extends it by any way.
local function extends(name, wanted, classes)
    if name == wanted then
        return true
    end
    for _, parent in ipairs(classes[name] and classes[name].parents or {}) do
        if extends(parent, wanted, classes) then
            return true
        end
    end
    return false
end

--- Whether a value is of a class, by the `__name` of its metatable, or of one that extends it. Any table may stand for
--- options and other records.
local function of_class(name, value, classes)
    local class = classes and classes[name]
    if type(value) ~= "table" then
        return false
    elseif class and class.record then
        return true
    end
    local mt = getmetatable(value)
    local short = type(mt) == "table" and rawget(mt, "__name")
    for other_name in pairs(classes or {}) do
        if other_name:match("[^.]+$") == short and extends(other_name, name, classes) then
            return true
        end
    end
    return short == name:match("[^.]+$")
end

---@param union table
---@param value any
---@param classes table? of the entries, for types that are classes of ours
---@return boolean
function M.admits(union, value, classes)
    for _, alternative in ipairs(union) do
        local name = alternative.name
        local admits
        if alternative.kind ~= "name" then
            admits = KINDS[alternative.kind](alternative, value)
        elseif NAMES[name] then
            admits = NAMES[name](value)
        elseif name:find(".", 1, true) then
            admits = of_class(name, value, classes)
        else
            admits = type(value) == name
        end
        if admits then
            return true
        end
    end
    return false
end

--- Whether a name is among the alternatives: "nil", "any", "integer", ...
---@param union table
---@param ... string
---@return boolean
function M.has(union, ...)
    for _, alternative in ipairs(union) do
        for i = 1, select("#", ...) do
            if alternative.name == select(i, ...) then
                return true
            end
        end
    end
    return false
end

return M
