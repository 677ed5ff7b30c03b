--- Names and values of header fields: what may be sent, and how it is kept.
--
--     local name = headers.key("Content-Type")               -- "content-type", or raises
--     local text = headers.value("Content-Length", 5)        -- "5", or raises

local core = require("moonherd.core")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")

local is_name, is_value = core.httpIsName, core.httpIsValue

local M = {}

-- Checked names and their lower case. An app has few; one that makes them up gets the cache emptied, not grown.
local MOST_NAMES = 500
local keys, key_count = {}, 0

--- The lower case of a header's name. Raises ERR_INVALID_HTTP_TOKEN for what is none.
---@param name any
---@return string
function M.key(name)
    local key = keys[name]
    if key then
        return key
    end
    if type(name) ~= "string" or not is_name(name) then
        local shown = type(name) == "string" and name or inspect.value(name)
        error(errors.of("ERR_INVALID_HTTP_TOKEN", "Header name", shown), 0)
    end
    if key_count >= MOST_NAMES then
        keys, key_count = {}, 0
    end
    key = name:lower()
    keys[name] = key
    key_count = key_count + 1
    return key
end

--- The text of one value: strings, numbers and booleans have one. Raises ERR_HTTP_INVALID_HEADER_VALUE or
--- ERR_INVALID_CHAR.
---@param name string
---@param value any
---@return string
function M.value(name, value)
    if type(value) ~= "string" then
        if type(value) == "number" and value == value then
            value = inspect.number(value)
        elseif type(value) == "boolean" then
            value = tostring(value)
        else
            error(errors.of("ERR_HTTP_INVALID_HEADER_VALUE", inspect.value(value), name), 0)
        end
    end
    if not is_value(value) then
        error(errors.of("ERR_INVALID_CHAR", "header content", name), 0)
    end
    return value
end

--- As value, where a list stands for a repeated header: returns the text, or a list of texts.
---@param name string
---@param value any
---@return string|string[]
function M.values(name, value)
    if type(value) ~= "table" then
        return M.value(name, value)
    end
    local list = {}
    for i = 1, #value do
        list[i] = M.value(name, value[i])
    end
    return list
end

return M
