--- What a worker may say to its master, checked before anything is done with it: a worker may be broken, or taken over.
--
--     local problem = request.problem(message)      --> nil, or "queryServer: port is no port"
--
-- Only the shape is looked at. What fits and cannot be had (a port in use, a missing folder) is answered with an error.

local MAX_FD = 2 ^ 31 - 1
local MAX_NAME = 4096 -- bytes of an address or path: more than any system takes
local MAX_KEY = MAX_NAME + 256

local function integer(lo, hi)
    return function(value)
        return type(value) == "number" and value >= lo and value <= hi and value == math.floor(value)
    end
end

local function text(max)
    return function(value)
        return type(value) == "string" and #value <= max
    end
end

local function one_of(...)
    local allowed = {}
    for _, value in ipairs({ ... }) do
        allowed[value] = true
    end
    return function(value)
        return allowed[value] == true
    end
end

local address = {
    address = text(MAX_NAME),
    port = integer(-1, 65535),
    addressType = one_of(4, 6, -1, "udp4", "udp6"),
    fd = integer(-1, MAX_FD), -- -1: none, as Node says it of UDP
}

-- By act, then by field: whether its value will do, where it is given at all.
local SHAPES = {
    queryServer = setmetatable({
        index = integer(0, 2 ^ 53),
        flags = integer(0, MAX_FD),
        backlog = integer(0, MAX_FD),
        mode = integer(0, 511), -- 0777
    }, { __index = address }),
    listening = address,
    close = { key = text(MAX_KEY) },
    leaving = { cause = one_of("memory") },
}

local FIELDS = { "address", "port", "addressType", "fd", "index", "flags", "backlog", "mode", "key", "cause" }

--- What an address needs that is not to be found by looking at one field.
local function query_problem(message)
    if message.fd and message.fd >= 0 then
        return nil
    elseif type(message.addressType) == "string" and not message.address then
        return "there is no address"
    elseif message.addressType == -1 then
        return (message.address == nil or message.address == "") and "there is no path" or nil
    elseif message.port == nil or message.port < 0 then
        return "there is no port"
    end
end

local M = {}

--- What is wrong with a message of the conversation, in words; nil for one that may be acted upon.
---@param message table
---@return string|nil problem
function M.problem(message)
    local act = message.act
    local shape = SHAPES[act]
    if type(act) ~= "string" or not shape then
        return nil -- ignored, or without fields that matter
    end
    for _, name in ipairs(FIELDS) do
        local fits, value = shape[name], message[name]
        if fits and value ~= nil and not fits(value) then
            return ("%s: %s makes no sense"):format(act, name)
        end
    end
    local problem = act == "queryServer" and query_problem(message)
    return problem and ("%s: %s"):format(act, problem) or nil
end

return M
