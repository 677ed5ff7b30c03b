--- Values as a reader wants to see them: what console.log prints.
--
--     local format = require "moonherd.format"
--     format.line("%s is %d years", "Ann", 41, { x = 1 })      --> Ann is 41 years { x = 1 }
--     format.value({ 1, 2, { deep = { deeper = {} } } })       --> { 1, 2, { deep = { deeper = {} } } }
--
-- Tables are written as Lua would have them, keys in order; what is deeper than `depth` shows as {...}, what is
-- inside itself as <circular>. An object shows its class and hides fields that begin with an underscore.

local inspect = require("moonherd.inspect")

local M = {}

local DEPTH = 2 -- tables inside tables that are still opened
local WIDTH = 76 -- above this a table takes several lines
local MAX_ITEMS = 100
local MAX_STRING = 10000

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
    until while]]):gmatch("%a+") do
    KEYWORDS[word] = true
end

local write -- forward

local function metamethod(value, name)
    local mt = getmetatable(value)
    return type(mt) == "table" and rawget(mt, name) or nil
end

local function key_text(key, state)
    if type(key) == "string" then
        if key:find("^[%a_][%w_]*$") and not KEYWORDS[key] then
            return key
        end
        return "[" .. inspect.quote(key) .. "]"
    end
    return "[" .. (type(key) == "table" and tostring(key) or write(key, state, 0)) .. "]"
end

local RANK = { number = 1, string = 2, boolean = 3 }

local function in_order(a, b)
    local kind_a, kind_b = type(a), type(b)
    if kind_a ~= kind_b then
        local rank_a, rank_b = RANK[kind_a] or 4, RANK[kind_b] or 4
        if rank_a ~= rank_b then
            return rank_a < rank_b
        end
        return kind_a < kind_b
    elseif kind_a == "number" or kind_a == "string" then
        return a < b
    end
    return tostring(a) < tostring(b)
end

local function sorted_keys(value, count, hide)
    local keys = {}
    for key in next, value do
        local listed = type(key) == "number" and key >= 1 and key <= count and key == math.floor(key)
        local hidden = hide and type(key) == "string" and key:sub(1, 1) == "_"
        if not listed and not hidden then
            keys[#keys + 1] = key
        end
    end
    table.sort(keys, in_order)
    return keys
end

local function list_length(value)
    local count = 0
    while rawget(value, count + 1) ~= nil do
        count = count + 1
    end
    return count
end

local function table_parts(value, state, indent)
    local parts = {}
    local count = list_length(value)
    for i = 1, math.min(count, MAX_ITEMS) do
        parts[i] = write(rawget(value, i), state, indent + 2)
    end
    local keys = sorted_keys(value, count, getmetatable(value) ~= nil)
    for i = 1, math.min(#keys, MAX_ITEMS) do
        local item = write(rawget(value, keys[i]), state, indent + 2)
        parts[#parts + 1] = key_text(keys[i], state) .. " = " .. item
    end
    local left_out = math.max(0, count - MAX_ITEMS) + math.max(0, #keys - MAX_ITEMS)
    if left_out > 0 then
        parts[#parts + 1] = ("... %d more"):format(left_out)
    end
    return parts
end

local function table_text(value, state, indent)
    local class = metamethod(value, "__name")
    local head = type(class) == "string" and class .. " " or ""
    if state.open[value] then
        return "<circular>"
    elseif state.level > state.depth then
        return next(value) == nil and head .. "{}" or head .. "{...}"
    end
    state.open[value] = true
    state.level = state.level + 1
    local parts = table_parts(value, state, indent)
    state.level = state.level - 1
    state.open[value] = nil
    if #parts == 0 then
        return head .. "{}"
    end
    local line = table.concat(parts, ", ")
    if #line + indent <= WIDTH and not line:find("\n", 1, true) then
        return head .. "{ " .. line .. " }"
    end
    local margin = "\n" .. (" "):rep(indent + 2)
    return head .. "{" .. margin .. table.concat(parts, "," .. margin) .. "\n" .. (" "):rep(indent) .. "}"
end

local function string_text(value)
    if #value > MAX_STRING then
        return inspect.quote(value:sub(1, MAX_STRING)) .. ("... %d more bytes"):format(#value - MAX_STRING)
    end
    return inspect.quote(value)
end

write = function(value, state, indent)
    local kind = type(value)
    if kind == "string" then
        return string_text(value)
    elseif kind == "number" then
        return inspect.number(value)
    elseif kind == "function" then
        return "[" .. inspect.value(value) .. "]"
    elseif kind ~= "table" then
        return tostring(value) == "userdata: NULL" and "null" or tostring(value)
    end
    -- An error says best itself where it came from.
    local stack = state.level == 0 and rawget(value, "stack")
    if type(stack) == "string" and metamethod(value, "__tostring") then
        return require("moonherd.process.report").trim(stack)
    elseif metamethod(value, "__tostring") then
        local ok, text = pcall(tostring, value)
        return ok and text or "<cannot be shown: " .. tostring(text) .. ">"
    end
    return table_text(value, state, indent)
end

--- Any value, strings in quotes.
---@param value any
---@param options { depth: integer? }? depth: how many levels of tables to open, 2 unless given
---@return string
function M.value(value, options)
    return write(value, { open = {}, level = 0, depth = options and options.depth or DEPTH }, 0)
end

-- Lines -------------------------------------------------------------------------------------------------------

--- An argument of console.log: a string as it is, other values inspected.
local function plain(value)
    return type(value) == "string" and value or M.value(value)
end

local function as_number(value, round)
    local number = tonumber(value)
    if not number then
        return "NaN"
    end
    return inspect.number(round and (number < 0 and math.ceil(number) or math.floor(number)) or number)
end

local DIRECTIVES = {
    s = function(value)
        if type(value) == "table" and not metamethod(value, "__tostring") then
            return M.value(value, { depth = 0 })
        end
        return type(value) == "string" and value or M.value(value)
    end,
    d = function(value)
        return as_number(value, false)
    end,
    i = function(value)
        return as_number(value, true)
    end,
    f = function(value)
        return as_number(value, false)
    end,
    j = function(value)
        local ok, text = pcall(require("moonherd.json").encode, value)
        return ok and text or "[" .. tostring(type(text) == "table" and text.message or text) .. "]"
    end,
    o = function(value)
        return M.value(value, { depth = 4 })
    end,
    O = M.value,
    c = function()
        return ""
    end,
}

--- A line as console.log prints it: directives (%s %d %i %f %j %o %O %%) of a first argument that is a string take
--- the arguments after it; the others follow, separated by spaces.
---@param ... any
---@return string
function M.line(...)
    local count = select("#", ...)
    local first = ...
    local used = 1
    local args = { ... }
    local parts = {}
    if type(first) == "string" and count > 1 then
        parts[1] = first:gsub("%%(.)", function(letter)
            if letter == "%" then
                return "%"
            end
            local directive = DIRECTIVES[letter]
            if directive and used < count then
                used = used + 1
                return directive(args[used])
            end
        end)
    elseif count > 0 then
        parts[1] = plain(first)
    end
    for i = used + 1, count do
        parts[#parts + 1] = plain(args[i])
    end
    return table.concat(parts, " ")
end

return M
