--- http.ClientRequest: a request on its way, and what becomes of it.
--
--     local req = http.request({ port = 8000, method = "POST", path = "/" }, function(res)
--         res:on("data", function(bytes) io.write(bytes) end)
--     end)
--     req:on("error", function(err) print(err.message) end)
--     req:write("one, "); req:end_("two")
--
-- Events: socket, response(res), continue, information, upgrade and connect(res, socket, head), timeout, drain, finish,
-- error, close. Nothing is sent before the first write, end_ or flushHeaders. The end of the body is always marked: by
-- its length where it is sent whole or has a Content-Length, else by chunks. client_body.lua has what is sent,
-- client_exchange.lua what happens on the connection.

local abort = require("moonherd.abort")
local agents = require("moonherd.http.agent")
local args = require("moonherd.net.args")
local body = require("moonherd.http.client_body")
local check = require("moonherd.check")
local client_connection = require("moonherd.http.client_connection")
local events = require("moonherd.events")
local exchange = require("moonherd.http.client_exchange")
local outgoing = require("moonherd.http.outgoing")
local target = require("moonherd.http.client_target")
local tick = require("moonherd.tick")

local DEFAULT_HEADER_BYTES = 16384

---@class moonherd.http.ClientRequest: moonherd.EventEmitter
---@field method string
---@field path string
---@field host string
---@field protocol string
---@field agent moonherd.http.Agent
---@field socket moonherd.Socket?
---@field reusedSocket boolean the connection has carried another request before
---@field destroyed boolean
local Request = {
    __name = "ClientRequest",
    protocol = "http:",
    headersSent = false,
    destroyed = false,
    aborted = false,
    reusedSocket = false,
    writable = true,
    writableEnded = false,
    writableFinished = false,
    writableNeedDrain = false,
    writableHighWaterMark = 16384,
}
local getters = {}

--- What waits to be sent, before there is a socket and in it.
function getters.writableLength(self)
    return self._unsent_bytes + (self.socket and self.socket.writableLength or 0)
end

function Request.__index(self, key)
    local value = Request[key]
    if value == nil and getters[key] then
        return getters[key](self)
    end
    return value
end

events.mixin(Request)
outgoing.mixin(Request)
for _, part in ipairs({ body, exchange }) do
    for name, value in pairs(part) do
        Request[name] = value
    end
end

-- Control -----------------------------------------------------------------------------------------------------

--- Gives up. "error" (`err`, or ECONNRESET where there is no answer yet) and "close" follow.
---@param err any
---@return self
function Request:destroy(err)
    check.object(self, "req:destroy", "onSocket")
    if self.destroyed then
        return self
    end
    self.destroyed, self.writable = true, false
    self._error = err
    if self._connection then
        self._connection.socket:destroy()
    else
        if self._pool._forget then
            self._pool:_forget(self)
        end
        tick.add(self._onFailure, self, client_connection.hang_up())
    end
    return self
end

--- The old name of destroy.
function Request:abort()
    check.object(self, "req:abort", "onSocket")
    if not self.aborted then
        self.aborted = true
        tick.add(self.emit, self, "abort")
        self:destroy()
    end
end

--- "timeout" after ms without traffic on the connection. Nothing else happens: destroy it then if you want to.
---@param ms number
---@param callback function?
---@return self
function Request:setTimeout(ms, callback)
    check.object(self, "req:setTimeout", "onSocket")
    check.timeout(ms, "msecs")
    check.opt(check.fn, callback, "callback")
    if self.res and self.res.readableEnded then
        return self
    end
    if self._hears_timeout == nil then
        self._hears_timeout = true
    end
    if callback then
        self:once("timeout", callback)
    end
    if self.socket then
        self:_setSocketTimeout(ms)
    else
        self._timeout = ms
    end
    return self
end

--- setTimeout(0).
---@param callback function? a listener of "timeout" that is to go
---@return self
function Request:clearTimeout(callback)
    check.object(self, "req:clearTimeout", "onSocket")
    check.opt(check.fn, callback, "callback")
    if callback then
        self:off("timeout", callback)
    end
    return self:setTimeout(0)
end

---@param no_delay boolean? true unless given
function Request:setNoDelay(no_delay)
    check.object(self, "req:setNoDelay", "onSocket")
    self._no_delay = check.opt(check.boolean, no_delay, "noDelay") ~= false
    if self.socket then
        self.socket:setNoDelay(self._no_delay)
    end
end

---@param enable boolean? false unless given
---@param initial_delay number? ms
function Request:setSocketKeepAlive(enable, initial_delay)
    check.object(self, "req:setSocketKeepAlive", "onSocket")
    check.opt(check.boolean, enable, "enable")
    args.keep_alive(initial_delay)
    self._keep_alive = { enable, initial_delay }
    if self.socket then
        self.socket:setKeepAlive(enable, initial_delay)
    end
end

-- Making one --------------------------------------------------------------------------------------------------

local function host_header(options)
    local host = options.host or "localhost"
    if host:find(":", 1, true) and host:sub(1, 1) ~= "[" then
        host = "[" .. host .. "]"
    end
    local default = options.defaultPort or 80
    return options.port ~= default and ("%s:%d"):format(host, options.port) or host
end

local function set_headers(self, options)
    if options.headers then
        outgoing.set_all(self, options.headers)
    end
    if options.setHost ~= false and not self:hasHeader("host") then
        self:setHeader("Host", host_header(options))
    end
    if options.auth and not self:hasHeader("authorization") then
        self:setHeader("Authorization", "Basic " .. target.base64(options.auth))
    end
end

--- The agent as the program sees it, and the one that finds the connection: a pool of its own for a request that makes
--- its connection itself.
local function choose_agent(options, default_agent)
    local agent = options.agent
    if agent == false then
        agent = agents.new()
    elseif agent == nil and options.createConnection then
        local pool = agents.new()
        function pool.createConnection(_, how, callback)
            return options.createConnection(how, callback)
        end
        return nil, pool
    elseif agent == nil then
        agent = default_agent
    end
    return agent, agent
end

local M = { ClientRequest = Request }

--- See http.request.
---@return moonherd.http.ClientRequest
function M.new(default_agent, url, options, callback)
    options, callback = target.read(url, options, callback)
    local self = setmetatable({ _unsent = {}, _unsent_bytes = 0 }, Request)
    self.method, self.path, self.host = options.method, options.path, options.host
    self.agent, self._pool = choose_agent(options, default_agent)
    self.timeout = options.timeout
    if self.timeout or (self._pool.options and self._pool.options.timeout) then
        self._hears_timeout = true
    end
    self.maxHeaderSize = options.maxHeaderSize or DEFAULT_HEADER_BYTES
    self.shouldKeepAlive = self._pool.keepAlive or (self._pool.maxSockets or math.huge) < math.huge
    self.joinDuplicateHeaders = options.joinDuplicateHeaders
    self._unique = outgoing.unique(options.uniqueHeaders)
    set_headers(self, options)
    if callback then
        self:once("response", callback)
    end
    if options.signal then
        abort.obey(self, options.signal, function(err) self:destroy(err) end)
    end
    local expects = self:hasHeader("expect")
    options.signal = nil
    self._pool:addRequest(self, options)
    if expects then
        self:flushHeaders()
    end
    return self
end

return M
