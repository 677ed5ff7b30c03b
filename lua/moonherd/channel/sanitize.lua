--- What can travel in a message, and a copy of the rest without what cannot.
--
--     sanitize.copy({ name = "x", callback = print })      --> { name = "x" }
--     sanitize.copy({ 1, print, 3 })                       --> { 1, core.null, 3 }
--
-- As JSON does it for Node: functions, threads and foreign data are left out of objects and become null in lists.

local core = require("moonherd.core")
local errors = require("moonherd.errors")
local ffi = require("ffi")

local M = {}

local MAX_DEPTH = 100 -- of string.buffer

local PLAIN = { string = true, number = true, boolean = true }

local int64, uint64 = ffi.typeof("int64_t"), ffi.typeof("uint64_t")

--- Whether a value that is no table travels as it is.
---@param value any
---@return boolean
function M.is_plain(value)
    if PLAIN[type(value)] or value == core.null then
        return true
    end
    return type(value) == "cdata" and (ffi.istype(int64, value) or ffi.istype(uint64, value))
end

--- Whether a table has the keys 1 to n and no others.
local function is_list(value)
    local count = 0
    for key in pairs(value) do
        if type(key) ~= "number" then
            return false
        end
        count = count + 1
    end
    return count == #value
end

local function refuse(path, reason)
    error(errors.new("TypeError", "ERR_IPC_UNSENDABLE", ("%s %s"):format(table.concat(path, "."), reason)), 0)
end

local function copy_table(value, path, above)
    if above[value] then
        refuse(path, "contains itself")
    elseif #path > MAX_DEPTH then
        refuse({ "message" }, ("is nested deeper than %d tables"):format(MAX_DEPTH))
    end
    above[value] = true
    local missing = is_list(value) and core.null or nil
    local copied = {}
    for key, item in pairs(value) do
        if PLAIN[type(key)] then
            if type(item) == "table" then
                path[#path + 1] = tostring(key)
                copied[key] = copy_table(item, path, above)
                path[#path] = nil
            elseif M.is_plain(item) then
                copied[key] = item
            else
                copied[key] = missing
            end
        end
    end
    above[value] = nil
    return copied
end

--- A copy that can be sent; raises for a table that contains itself, and for too deep a nesting.
---@param message any
---@return any
function M.copy(message)
    if type(message) ~= "table" then
        return message
    end
    return copy_table(message, { "message" }, {})
end

return M
