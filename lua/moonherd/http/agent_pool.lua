--- Where an http.Agent's connections go: to a request, from there to the next, and back. What a user can do with an
--- agent stands in agent.lua; here `self` is one.
--
--     pool.give(agent, name, options, req)      -- a connection for the request, now or when there is one
--     pool.forget(agent, req)                   -- it wants none any more

local M = {}

-- Lists by name -----------------------------------------------------------------------------------------------

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

--- Gives a request a connection, now or when there is one.
---@param self moonherd.http.Agent
---@param name string by which the agent keeps connections of these options
---@param options table
---@param req moonherd.http.ClientRequest
function M.give(self, name, options, req)
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

--- A request that waits for a connection wants none any more.
---@param self moonherd.http.Agent
---@param req moonherd.http.ClientRequest
function M.forget(self, req)
    for name in pairs(self.requests) do
        if remove(self.requests, name, req) then
            return
        end
    end
end

-- Taking them back --------------------------------------------------------------------------------------------

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

return M
