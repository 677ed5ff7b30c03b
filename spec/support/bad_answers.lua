--- Calls a function as somebody's source does, and says what is wrong with the error that comes of it. For bad_input.
--
--     local answers = require "spec.support.bad_answers"
--     local case = { call = "server:listen", same_as = nil }
--     local ok, err = answers.call("colon", server, "listen", { n = 1, -1 })
--     answers.fault(err, case, "port")          --> nil, or "does not name the argument 'port': ..."

local M = {}

-- What calls come from: `at` has to name it.
local CHUNK = "bad_input_call.lua"
local LONGEST_MESSAGE = 600

local function nothing() end

local CALLS = {
    dot = "local object, args = ... local a, b, c, d = object.%s(unpack(args, 1, args.n)) return a, b, c, d",
    colon = "local object, args = ... local a, b, c, d = object:%s(unpack(args, 1, args.n)) return a, b, c, d",
    global = "local _, args = ... local a, b, c, d = %s(unpack(args, 1, args.n)) return a, b, c, d",
}

--- Calls it as it stands in somebody's source, so that the error can see what the source called it.
function M.call(how, object, name, args)
    local chunk = assert(loadstring(CALLS[how]:format(name), "@" .. CHUNK))
    if how == "global" then
        setfenv(chunk, setmetatable({ unpack = unpack }, { __index = object }))
    end
    return pcall(chunk, object, args)
end

--- Nothing of a call stays: neither a timer nor a process.
function M.dispose(...)
    for i = 1, select("#", ...) do
        local value = select(i, ...)
        if type(value) == "table" and getmetatable(value) then
            if type(value.on) == "function" then
                value:on("error", nothing)
            end
            for _, way in ipairs({ "destroy", "close", "kill" }) do
                if type(value[way]) == "function" then
                    pcall(value[way], value, way == "kill" and "SIGKILL" or nil)
                    break
                end
            end
        end
    end
end

--- Whether a message names an argument, or one of several names for it.
local function says(message, argument)
    for _, name in ipairs(type(argument) == "table" and argument or { argument }) do
        if message:lower():find("%f[%w]" .. name:lower():gsub("%p", "%%%0") .. "%f[%W]") then
            return true
        end
    end
    return false
end

--- Whether an error says that this was called; calls with a dot for the colon are named in the message alone.
local function names(err, case)
    local found = false
    for _, name in ipairs({ case.call, unpack(case.same_as or {}) }) do
        found = found or err.call == name or err.message:find(name, 1, true) ~= nil
    end
    return found
end

--- What is wrong with an error, or nil.
---@param err any
---@param case { call: string, same_as: string[]? } what it must say was called, by one of these names
---@param argument string? what it must name
---@return string?
function M.fault(err, case, argument)
    if type(err) ~= "table" then
        return "raised no error of ours: " .. tostring(err):sub(1, 300)
    end
    for _, field in ipairs({ "name", "message", "stack" }) do
        if type(err[field]) ~= "string" then
            return ("raised an error without `%s`: %s"):format(field, tostring(err):sub(1, 300))
        end
    end
    local words = ("'%s'"):format(err.message:sub(1, 200))
    if argument and err.code == nil then
        return "raised an error without `code`: " .. words
    elseif #err.message > LONGEST_MESSAGE then
        return ("raised a message of %d bytes: %s"):format(#err.message, words)
    elseif not tostring(err.at):find(CHUNK, 1, true) then
        return ("says it was called at %s: %s"):format(tostring(err.at), words)
    elseif not names(err, case) then
        return ("says '%s' was called, not '%s': %s"):format(tostring(err.call), case.call, words)
    elseif argument and not says(err.message, argument) then
        local name = type(argument) == "table" and table.concat(argument, "' or '") or argument
        return ("does not name the argument '%s': %s"):format(name, words)
    end
    return nil
end

return M
