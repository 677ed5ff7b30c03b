--- The first arguments of connect and listen: a port, a path or a table of options, then a host, then a callback.
--
--     local options, callback = args.read(8000, "127.0.0.1", function() end)    -- { port = 8000, host = "127.0.0.1" }
--     local options, callback = args.read("/run/app.sock")                      -- { path = "/run/app.sock" }
--     local target, callback = args.read_listen(...)                            -- checked, with a backlog

local abort = require("moonherd.abort")
local bit = require("bit")
local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")

local M = {}

local MAX_INT = 2147483647
local MAX_KEEP_ALIVE_S = 32767 -- Linux's

local ALL_HINTS = 0
for _, hint in pairs(core.resolveFlags) do
    ALL_HINTS = bit.bor(ALL_HINTS, hint)
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

--- The delay of setKeepAlive as the system takes it: whole seconds; 0, its own, for less than one.
---@param delay any ms
---@param name string? "initialDelay" unless given
---@return integer
function M.keep_alive(delay, name)
    name = name or "initialDelay"
    delay = check.opt(check.number, delay, name) or 0
    if delay ~= delay then
        error(errors.out_of_range(name, "a number", delay), 0)
    end
    return delay >= 1000 and math.floor(math.min(delay / 1000, MAX_KEEP_ALIVE_S)) or 0
end

--- The hints of a look-up: a sum of dns.ADDRCONFIG, dns.V4MAPPED and dns.ALL.
---@param hints any
---@return integer
function M.check_hints(hints)
    check.number(hints, "options.hints")
    if hints ~= math.floor(hints) or hints < 0 or hints > ALL_HINTS or bit.band(hints, bit.bnot(ALL_HINTS)) ~= 0 then
        error(errors.arg_value("hints", hints), 0)
    end
    return hints
end

-- What may stand behind the first argument, and how it is told from the others.
local HOST = { "host", "string", function(value) return type(value) == "string" end }
local BACKLOG = { "backlog", "number", function(value) return type(value) == "number" end }
local CALLBACK = { "callback", "function", check.callable }

--- Each of the arguments behind the first has the first place, from where it stands on, that takes it, as those before
--- it may be left out. One that fits nowhere is wrong for the place where it stands.
local function read_rest(places, ...)
    local found, next_place = {}, 1
    for i = 2, select("#", ...) do
        local value = select(i, ...)
        if value ~= nil then
            local place = math.max(next_place, i - 1)
            while places[place] and not places[place][3](value) do
                place = place + 1
            end
            if not places[place] then
                local wanted = places[math.min(i - 1, #places)]
                error(errors.arg_type(wanted[1], wanted[2], value), 0)
            end
            found[places[place][1]], next_place = value, place + 1
        end
    end
    return found
end

--- What the first argument says: the options, and whether a host may follow.
local function read_first(first)
    if type(first) == "table" then
        return first, false
    elseif is_path(first) then
        return { path = first }, false
    end
    return { port = first }, true
end

---@param ... any as connect takes them
---@return table options the caller's own table, or a new one
---@return function? callback
function M.read(...)
    local options, has_host = read_first((...))
    local rest = read_rest(has_host and { HOST, CALLBACK } or { CALLBACK }, ...)
    if has_host then
        options.host = rest.host
    end
    return options, rest.callback
end

--- The descriptor of what stands for one: a number in `fd`, which is given away with it, or a server or socket of ours,
--- which keeps its own.
---@return integer? fd
---@return boolean? borrowed
local function fd_of(handle)
    local box = handle._source or handle._handle
    if box then
        return box:fd(), true
    end
    return handle.fd
end

local function check_target(target)
    check.opt(M.check_path, target.path)
    check.opt(check.c_string, target.host, "options.host")
    if target.fd then
        check.integer(target.fd, "options.fd", 0, MAX_INT)
    elseif target.port ~= nil then
        target.port = check.port(target.port, "options.port")
        target.path = nil
    elseif target.path == nil then
        error(errors.arg_value("options", target, 'must have the property "port" or "path"'), 0)
    end
    check.opt(check.integer, target.backlog, "options.backlog", 0, MAX_INT)
    check.opt(check.boolean, target.ipv6Only, "options.ipv6Only")
    check.opt(check.boolean, target.reusePort, "options.reusePort")
    check.opt(check.boolean, target.exclusive, "options.exclusive")
    check.opt(abort.check_signal, target.signal, "options.signal")
end

local COPIED = { "path", "host", "port", "backlog", "ipv6Only", "exclusive", "reusePort", "signal" }

--- What listen was called with, as source.open wants it, but with the host by name still. Raises for what is wrong.
---@param ... any as listen takes them
---@return table target path, host, port, fd (the target's own), backlog, ipv6Only, exclusive, reusePort, signal, mode
---@return function? callback
function M.read_listen(...)
    local first = ...
    if type(first) == "function" then
        return M.read_listen(nil, first)
    end
    local options, has_host = read_first(first)
    local rest = read_rest(has_host and { HOST, BACKLOG, CALLBACK } or { BACKLOG, CALLBACK }, ...)
    local target = {}
    for _, name in ipairs(COPIED) do
        target[name] = options[name]
    end
    local borrowed
    if type(first) == "table" then
        target.fd, borrowed = fd_of(options)
        -- A descriptor by number is, in a cluster's worker, one of its master's; an object's is our own.
        target.exclusive = target.exclusive or borrowed
    elseif not target.path then
        target.port = target.port or 0
    end
    target.host = target.host or rest.host
    target.backlog = rest.backlog or target.backlog
    check_target(target)
    check.opt(check.boolean, options.readableAll, "options.readableAll")
    check.opt(check.boolean, options.writableAll, "options.writableAll")
    if options.readableAll or options.writableAll then
        if target.path and target.path:byte() == 0 then
            local why = "can not set readableAll or writableAll to true when path is abstract unix socket"
            error(errors.arg_value("options", options, why), 0)
        end
        target.mode = (options.readableAll and 292 or 0) + (options.writableAll and 146 or 0) -- 0444, 0222
    end
    if borrowed then
        target.fd = core.dup(target.fd)
    end
    return target, rest.callback
end

return M
