--- http.Agent: keeps a client's connections, and hands them to requests.
--
--     local agent = http.Agent { keepAlive = true, maxSockets = 4 }
--     http.get({ port = 8000, agent = agent }, function(res) res:resume() end)
--     agent:destroy()
--
-- By name (host:port:localAddress, see getName): `sockets` in use, `freeSockets` that wait for a request, `requests`
-- that wait for a socket. A free connection holds the process up no longer, and is closed after the agent's timeout,
-- or a second before its server would.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local net = require("moonherd.net")
local net_options = require("moonherd.net.options")

---@class moonherd.http.Agent: moonherd.EventEmitter
---@field sockets table<string, table[]>
---@field freeSockets table<string, table[]>
---@field requests table<string, table[]>
---@field maxSockets number per name
---@field maxTotalSockets number
---@field maxFreeSockets number per name
---@field totalSocketCount integer
local Agent = {
    __name = "Agent",
    defaultPort = 80,
    defaultMaxSockets = math.huge,
    protocol = "http:",
}
Agent.__index = Agent
events.mixin(Agent)

local DEFAULTS = {
    keepAliveMsecs = 1000,
    maxSockets = math.huge,
    maxTotalSockets = math.huge,
    maxFreeSockets = 256,
}

local function add(lists, name, value)
    local list = lists[name] or {}
    lists[name] = list
    list[#list + 1] = value
end

--- Takes a value out of a list; an empty list goes as well. Returns whether it was there.
local function remove(lists, name, value)
    for i, other in ipairs(lists[name] or {}) do
        if other == value then
            table.remove(lists[name], i)
            if #lists[name] == 0 then
                lists[name] = nil
            end
            return true
        end
    end
    return false
end

local function check_socket(socket)
    if type(socket) ~= "table" or not socket.setKeepAlive then
        error(errors.arg_type("socket", "Socket", socket), 0)
    end
end

local function check_request(request)
    if type(request) ~= "table" or not request.onSocket then
        error(errors.arg_type("request", "ClientRequest", request), 0)
    end
    return request
end

--- What tells apart connections that must not stand for one another.
---@param options table
---@return string
function Agent:getName(options)
    check.object(self, "agent:getName", "freeSockets")
    options = check.opt(check.table, options, "options") or {}
    local name = ("%s:%s:%s"):format(options.host or "localhost", options.port or "", options.localAddress or "")
    if options.family == 4 or options.family == 6 then
        name = name .. ":" .. options.family
    end
    return options.socketPath and name .. ":" .. options.socketPath or name
end

--- Makes a connection: returns it, or calls `callback(err, socket)` later. May be replaced.
---@param options table
---@param callback fun(err: any, socket: moonherd.Socket?)
---@return moonherd.Socket?
function Agent:createConnection(options, callback)
    check.object(self, "agent:createConnection", "freeSockets")
    check.table(options, "options")
    check.opt(check.fn, callback, "callback")
    return (net.connect(options))
end

--- Whether a connection may wait for its next request. May be replaced.
---@param socket moonherd.Socket
---@return boolean
function Agent:keepSocketAlive(socket)
    check.object(self, "agent:keepSocketAlive", "freeSockets")
    check_socket(socket)
    socket:setKeepAlive(true, self.keepAliveMsecs)
    socket:unref()
    local ms = self.options.timeout or 0
    local hint = socket._keep_alive_hint -- seconds that its server will wait
    if hint then
        local hinted = math.max(hint * 1000 - 1000, 0)
        if hinted == 0 then
            return false
        end
        ms = ms > 0 and math.min(ms, hinted) or hinted
    end
    if socket.timeout ~= ms then
        socket:setTimeout(ms)
    end
    return true
end

--- A kept connection goes to a request. May be replaced.
---@param socket moonherd.Socket
---@param request moonherd.http.ClientRequest
function Agent:reuseSocket(socket, request)
    check.object(self, "agent:reuseSocket", "freeSockets")
    check_socket(socket)
    check_request(request)
    request.reusedSocket = true
    socket:ref()
end

-- Handing connections to requests -------------------------------------------------------------------------------

local function hand_over(self, socket, req)
    req:onSocket(socket)
    if req.timeout and req.timeout ~= (self.options.timeout or 0) then
        socket:setTimeout(req.timeout)
    end
end

local function is_usable(socket)
    return not socket.destroyed and socket.writable and not socket._peer_ended
end

--- A connection that waits, if there is a usable one.
local function take_free(self, name)
    local free = self.freeSockets[name]
    while free and #free > 0 do
        local socket = table.remove(free, self.scheduling == "fifo" and 1 or #free)
        if #free == 0 then
            self.freeSockets[name] = nil
        end
        if is_usable(socket) then
            return socket
        end
    end
    return nil
end

local function length(lists, name)
    return #(lists[name] or {})
end

local function is_full(self)
    return self.totalSocketCount >= self.maxTotalSockets
end

local function has_room(self, name)
    return length(self.sockets, name) + length(self.freeSockets, name) < self.maxSockets and not is_full(self)
end

local start_next, on_free

--- A new connection is the agent's until it is closed or somebody emits its "agentRemove".
local function install(self, name, socket, options)
    self.totalSocketCount = self.totalSocketCount + 1
    add(self.sockets, name, socket)
    local function free()
        on_free(self, name, socket, options)
    end
    local function gone()
        socket:off("free", free)
        self.totalSocketCount = self.totalSocketCount - 1
        if not remove(self.sockets, name, socket) then
            remove(self.freeSockets, name, socket)
        end
        start_next(self, name)
    end
    local function on_remove()
        socket:off("close", gone)
        gone()
    end
    socket:on("free", free)
    socket:once("close", gone)
    socket:once("agentRemove", on_remove)
end

--- Opens a connection for a request. What fails is the request's to tell.
local function open(self, name, options, req)
    local done = false
    local function created(err, socket)
        if done then
            return
        end
        done = true
        if err ~= nil then
            req:onSocket(nil, err)
            return
        end
        install(self, name, socket, options)
        hand_over(self, socket, req)
    end
    if self.keepAlive then
        options.keepAlive, options.keepAliveInitialDelay = true, self.keepAliveMsecs
    end
    local socket = self:createConnection(options, created)
    if socket then
        created(nil, socket)
    end
end

--- A request that waited gets its turn, one for the same place first.
function start_next(self, name)
    if not self.requests[name] then
        name = next(self.requests)
    end
    if not name or not has_room(self, name) then
        return
    end
    local req = self.requests[name][1]
    remove(self.requests, name, req)
    local ok, err = pcall(open, self, name, req._agent_options, req)
    if not ok then
        req:onSocket(nil, err) -- nobody is there to raise it to
    end
end

--- The request's own options, with the agent's in their place.
local function merge(self, options)
    local merged = {}
    for _, part in ipairs({ options, self.options }) do
        for key, value in pairs(part) do
            merged[key] = value
        end
    end
    merged.path = options.socketPath
    return merged
end

--- Gives a request a connection, now or when there is one.
---@param request moonherd.http.ClientRequest
---@param options table
function Agent:addRequest(request, options)
    check.object(self, "agent:addRequest", "freeSockets")
    local req = check_request(request)
    options = merge(self, check.table(options, "options"))
    local name = self:getName(options)
    local socket = take_free(self, name)
    if socket then
        self:reuseSocket(socket, req)
        hand_over(self, socket, req)
        add(self.sockets, name, socket)
        return
    elseif has_room(self, name) then
        open(self, name, options, req)
        return
    end
    req._agent_options = options
    add(self.requests, name, req)
    local _, idle = next(self.freeSockets)
    if is_full(self) and idle then
        idle[1]:destroy() -- a place for somebody who needs it
    end
end

--- A request that waits for a socket wants none any more.
function Agent:_forget(req)
    for name in pairs(self.requests) do
        if remove(self.requests, name, req) then
            return
        end
    end
end

local function keep(self, name, socket)
    local free = length(self.freeSockets, name)
    if not self.keepAlive
        or free >= self.maxFreeSockets
        or free + length(self.sockets, name) > self.maxSockets
        or (is_full(self) and next(self.requests))
        or not self:keepSocketAlive(socket)
    then
        return false
    end
    remove(self.sockets, name, socket)
    add(self.freeSockets, name, socket)
    return true
end

--- A connection's request is answered, and it could carry another.
function on_free(self, name, socket, options)
    local waiting = self.requests[name]
    if is_usable(socket) and waiting then
        local req = waiting[1]
        remove(self.requests, name, req)
        hand_over(self, socket, req)
    elseif not is_usable(socket) or not keep(self, name, socket) then
        socket:destroy()
    end
    self:emit("free", socket, options)
end

--- Closes every connection, those in use too.
function Agent:destroy()
    check.object(self, "agent:destroy", "freeSockets")
    for _, lists in ipairs({ self.freeSockets, self.sockets }) do
        local all = {}
        for _, list in pairs(lists) do
            for _, socket in ipairs(list) do
                all[#all + 1] = socket
            end
        end
        for _, socket in ipairs(all) do
            socket:destroy()
        end
    end
end

local M = {}

--- See http.Agent.
---@param options table? keepAlive, keepAliveMsecs, maxSockets, maxTotalSockets, maxFreeSockets, scheduling ("lifo",
---"fifo"), timeout (ms without traffic that end a free connection, and that a request hears of; 0: for ever); and what
---net.connect takes, for all its connections
---@return moonherd.http.Agent
function M.new(options)
    check.opt(check.table, options, "options")
    options = options or {}
    net_options.check(options)
    check.opt(check.one_of, options.scheduling, "scheduling", { "fifo", "lifo" })
    check.opt(check.timeout, options.timeout, "options.timeout")
    local self = { sockets = {}, freeSockets = {}, requests = {}, totalSocketCount = 0, options = {} }
    for name, value in pairs(options) do
        self.options[name] = value
    end
    self.options.path = nil
    self.options.noDelay = options.noDelay ~= false
    for name, default in pairs(DEFAULTS) do
        local value = options[name]
        if value ~= nil then
            check.number(value, name)
            if value ~= value or value < (name == "keepAliveMsecs" and 0 or 1) then
                error(errors.out_of_range(name, name == "keepAliveMsecs" and ">= 0" or ">= 1", value), 0)
            end
        end
        self[name] = value or default
    end
    self.keepAlive = options.keepAlive or false
    self.scheduling = options.scheduling or "lifo"
    return setmetatable(self, Agent)
end

M.Agent = Agent

return M
