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

--- What tells apart connections that must not stand for one another.
---@param options table
---@return string
function Agent:getName(options)
    options = options or {}
    local name = ("%s:%s:%s"):format(options.host or "localhost", options.port or "", options.localAddress or "")
    if options.family == 4 or options.family == 6 then
        name = name .. ":" .. options.family
    end
    return options.socketPath and name .. ":" .. options.socketPath or name
end

--- Makes a connection; may be replaced.
---@param options table
---@return moonherd.Socket
function Agent:createConnection(options)
    return net.connect(options)
end

--- Whether a connection may wait for its next request. May be replaced.
function Agent:keepSocketAlive(socket)
    socket:setKeepAlive(true, self.keepAliveMsecs)
    socket:unref()
    local ms = self.timeout or 0
    local hint = socket._keep_alive_hint -- seconds that its server will wait
    if hint then
        local hinted = math.max(hint * 1000 - 1000, 0)
        if hinted == 0 then
            return false
        end
        ms = ms > 0 and math.min(ms, hinted) or hinted
    end
    socket:setTimeout(ms)
    return true
end

--- A kept connection goes to a request. May be replaced.
function Agent:reuseSocket(socket, req)
    req.reusedSocket = true
    socket:ref()
end

local function hand_over(self, name, socket, req)
    add(self.sockets, name, socket)
    req:_onSocket(socket)
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

local start_next

local function on_gone(self, name, socket)
    self.totalSocketCount = self.totalSocketCount - 1
    if not remove(self.sockets, name, socket) then
        remove(self.freeSockets, name, socket)
    end
    start_next(self, name)
end

--- Opens a connection. What fails is the request's to tell.
local function open(self, name, options, req)
    local create = options.createConnection or function(how)
        return self:createConnection(how)
    end
    local socket = create(options)
    self.totalSocketCount = self.totalSocketCount + 1
    socket:once("close", function()
        on_gone(self, name, socket)
    end)
    socket._agent_name = name
    hand_over(self, name, socket, req)
end

local function has_room(self, name)
    return #(self.sockets[name] or {}) < self.maxSockets and self.totalSocketCount < self.maxTotalSockets
end

--- A request that waited gets its turn.
function start_next(self, name)
    local waiting = self.requests[name]
    local req = waiting and waiting[1]
    if not req then -- a place among all may serve another name
        local list
        name, list = next(self.requests)
        req = list and list[1]
    end
    if not req or not has_room(self, name) then
        return
    end
    remove(self.requests, name, req)
    open(self, name, req._options, req)
end

--- Gives a request a connection, now or when there is one.
function Agent:addRequest(req, options)
    local name = self:getName(options)
    local socket = take_free(self, name)
    if socket then
        socket:setTimeout(0)
        self:reuseSocket(socket, req)
        hand_over(self, name, socket, req)
    elseif has_room(self, name) then
        open(self, name, options, req)
    else
        req._options = options
        add(self.requests, name, req)
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

--- A connection's request is answered, and it could carry another.
function Agent:_release(socket)
    local name = socket._agent_name
    remove(self.sockets, name, socket)
    local waiting = self.requests[name]
    if is_usable(socket) and waiting then
        local req = waiting[1]
        remove(self.requests, name, req)
        self:reuseSocket(socket, req)
        hand_over(self, name, socket, req)
        return
    end
    local kept = self.keepAlive and is_usable(socket) and #(self.freeSockets[name] or {}) < self.maxFreeSockets
    if not kept or not self:keepSocketAlive(socket) then
        socket:destroy()
        return
    end
    add(self.freeSockets, name, socket)
    self:emit("free", socket)
end

--- A connection has been given away (upgrade): it is no longer the agent's.
function Agent:_lose(socket)
    remove(self.sockets, socket._agent_name, socket)
end

--- Closes every connection, those in use too.
function Agent:destroy()
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
---"fifo"), timeout (ms that a free connection is kept; 0: for ever)
---@return moonherd.http.Agent
function M.new(options)
    check.opt(check.table, options, "options")
    options = options or {}
    check.opt(check.boolean, options.keepAlive, "options.keepAlive")
    check.opt(check.one_of, options.scheduling, "options.scheduling", { "fifo", "lifo" })
    check.opt(check.number, options.timeout, "options.timeout")
    local self = { sockets = {}, freeSockets = {}, requests = {}, totalSocketCount = 0, options = options }
    for name, default in pairs(DEFAULTS) do
        local value = options[name]
        if value ~= nil then
            check.number(value, "options." .. name)
            if value ~= value or value < (name == "keepAliveMsecs" and 0 or 1) then
                error(errors.out_of_range("options." .. name, ">= 1", value), 0)
            end
        end
        self[name] = value or default
    end
    self.keepAlive = options.keepAlive or false
    self.scheduling = options.scheduling or "lifo"
    self.timeout = options.timeout
    return setmetatable(self, Agent)
end

M.Agent = Agent

return M
