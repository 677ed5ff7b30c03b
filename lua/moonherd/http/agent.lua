--- http.Agent: keeps a client's connections, and hands them to requests.
--
--     local agent = http.Agent { keepAlive = true, maxSockets = 4 }
--     http.get({ port = 8000, agent = agent }, function(res) res:resume() end)
--     agent:destroy()
--
-- By name (host:port:localAddress, see getName): `sockets` in use, `freeSockets` that wait for a request, `requests`
-- that wait for a socket. A free connection holds the process up no longer, and is closed after the agent's timeout,
-- or a second before its server would. How they go from one to the other stands in agent_pool.lua.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local net = require("moonherd.net")
local net_options = require("moonherd.net.options")
local pool = require("moonherd.http.agent_pool")

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
    pool.give(self, self:getName(options), options, req)
end

--- A request that waits for a connection wants none any more.
Agent._forget = pool.forget

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
