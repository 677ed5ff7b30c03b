--- Values as short texts, for messages. Node's wording with Lua's types; never the whole of a big value.
--
--     local inspect = require "moonherd.inspect"
--     inspect.value({ port = "x" })      --> { port = 'x' }
--     inspect.received("abc")            --> type string ('abc')

local floor = math.floor

local M = {}

--- Whether a value says itself how it is written, by __tostring.
---@param value any
---@return boolean
function M.prints_itself(value)
    local mt = getmetatable(value)
    return type(mt) == "table" and mt.__tostring ~= nil
end

local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\" }

--- A string in quotes, what cannot be printed escaped.
---@param text string
---@return string
function M.quote(text)
    local mark = text:find("'", 1, true) and not text:find('"', 1, true) and '"' or "'"
    local body = text:gsub("[%c\\" .. mark .. "]", function(c)
        return ESCAPES[c] or (c == mark and "\\" .. c) or ("\\x%02X"):format(c:byte())
    end)
    return mark .. body .. mark
end

--- The fewest digits that read back as the same number.
local function shortest(value)
    for precision = 14, 16 do
        local text = ("%%.%dg"):format(precision):format(value)
        if tonumber(text) == value then
            return text
        end
    end
    return ("%.17g"):format(value)
end

--- A number as messages show it, which is as JavaScript does: whole ones below 1e21 without exponent or fraction.
---@param value number
---@return string
function M.number(value)
    if value ~= value then
        return "nan"
    elseif value == floor(value) and value > -2 ^ 53 and value < 2 ^ 53 then
        return ("%d"):format(value)
    end
    local text = shortest(value)
    local sign, whole, fraction, exponent = text:match("^(-?)(%d)%.?(%d*)e([+-]%d+)$")
    exponent = tonumber(exponent)
    if exponent and exponent > 0 and exponent < 21 then
        return sign .. whole .. fraction .. ("0"):rep(exponent - #fraction)
    elseif exponent and exponent < 0 and exponent > -7 then
        return sign .. "0." .. ("0"):rep(-exponent - 1) .. whole .. fraction
    end
    return (text:gsub("e([+-])0+", "e%1"))
end

local function function_text(fn)
    local info = debug.getinfo(fn, "S")
    if info.what == "C" then
        return "a C function"
    end
    return ("function at %s:%d"):format(info.short_src, info.linedefined)
end

local INSPECT_MAX = 128

--- A short text of any value, as it stands in messages: a table shows its first level.
---@param value any
---@return string
function M.value(value)
    local kind = type(value)
    local text
    if kind == "string" then
        text = M.quote(#value > INSPECT_MAX and value:sub(1, INSPECT_MAX) or value)
    elseif kind == "number" then
        text = M.number(value)
    elseif kind == "function" then
        text = function_text(value)
    elseif kind == "table" and not M.prints_itself(value) then
        local parts = {}
        for key, item in pairs(value) do
            local shown = type(item) == "string" and M.quote(item:sub(1, INSPECT_MAX)) or tostring(item)
            if type(item) == "table" and not M.prints_itself(item) then
                shown = next(item) == nil and "{}" or "{...}"
            end
            parts[#parts + 1] = ("%s = %s"):format(tostring(key), shown)
            if #parts == 16 then
                break
            end
        end
        table.sort(parts)
        text = #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
    else
        text = tostring(value)
    end
    return #text > INSPECT_MAX and text:sub(1, INSPECT_MAX) .. "..." or text
end

--- What follows "Received " in a message: Node's words, with Lua's types.
---@param value any
---@return string
function M.received(value)
    local kind = type(value)
    if kind == "nil" then
        return "nil"
    elseif kind == "number" or kind == "boolean" or kind == "cdata" then
        return ("type %s (%s)"):format(kind, M.value(value))
    elseif kind == "string" then
        return ("type string (%s)"):format(M.quote(#value > 28 and value:sub(1, 25) .. "..." or value))
    elseif kind == "function" then
        return function_text(value)
    end
    local mt = getmetatable(value)
    local class = type(mt) == "table" and rawget(mt, "__name")
    return class and "an instance of " .. tostring(class) or "a " .. kind
end

return M
