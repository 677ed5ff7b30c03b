--- The first arguments of connect and listen: a port, a path or a table of options, then a host, then a callback.
--
--     local options, callback = args.read(8000, "127.0.0.1", function() end)    -- { port = 8000, host = "127.0.0.1" }
--     local options, callback = args.read("/run/app.sock")                      -- { path = "/run/app.sock" }

local check = require("moonherd.check")

local M = {}

local function last_function(...)
    local callback = (select(select("#", ...), ...))
    return type(callback) == "function" and callback or nil
end

--- A string that is no number is a path.
local function is_path(value)
    return type(value) == "string" and not tonumber(value)
end

--- Raises for what cannot be the path of a socket. "\0name" can: it is a name in no file system.
---@param path any
function M.check_path(path)
    check.string(path, "options.path")
    check.c_string((path:gsub("^%z", "")), "options.path")
end

---@param ... any as connect and listen take them
---@return table options the caller's own table, or a new one
---@return function? callback
function M.read(...)
    local first, second = ...
    local callback = select("#", ...) > 0 and last_function(...) or nil
    if type(first) == "table" then
        return first, callback
    elseif is_path(first) then
        return { path = first }, callback
    elseif first == callback then
        first = nil
    end
    return { port = first, host = type(second) == "string" and second or nil }, callback
end

return M
