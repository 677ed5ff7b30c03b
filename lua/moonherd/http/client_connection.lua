--- A client's connection: reads the answers from a socket, and tells the request whose turn it is.
--
--     local connection = client_connection.of(socket)
--     connection:serve(req)         -- then req:_onInterim, _onResponse, _onUpgrade, _onFailure and _onDone are called
--
-- One request at a time: what comes while none is under way closes the connection, so that no answer is ever taken for
-- that of another request.

local core = require("moonherd.core")
local errors = require("moonherd.errors")
local Incoming = require("moonherd.http.incoming")
local tick = require("moonherd.tick")

local M = {}

local MOST_INTERIM = 100 -- heads before the answer proper

local Connection = {}
Connection.__index = Connection

--- The error of a request whose connection ended before its answer.
---@return moonherd.Error
function M.hang_up()
    return errors.new("Error", "ECONNRESET", "socket hang up")
end

--- Nothing more is read from this socket.
function Connection:_stop()
    local socket = self.socket
    for name, listener in pairs(self.listeners) do
        socket:off(name, listener)
    end
    socket._client = nil
end

--- The exchange cannot go on. The socket is destroyed. Without an error, a request that has its answer is not told:
--- the answer is.
function Connection:fail(err)
    local req, res = self.req, self.res
    self.req, self.res = nil, nil
    self.socket:destroy()
    if req then
        req:_onFailure(err or (not res and M.hang_up() or nil))
    end
    if res and res.complete == false then
        res:_close(true)
    end
end

--- The socket leaves HTTP; `head` is what came behind the answer.
local function switch(self, res, head)
    local req = self.req
    self.req, self.res = nil, nil
    self:_stop()
    res.complete, res.upgrade = true, true
    req:_onUpgrade(res, self.socket, head)
end

local function new_response(self, status, reason, fields, minor)
    local res = Incoming.new(self.socket, nil, "", fields)
    res.method, res.statusCode, res.statusMessage = nil, status, reason
    res.httpVersion, res.httpVersionMinor = "1." .. minor, minor
    res.req = self.req
    res.joinDuplicateHeaders = self.req.joinDuplicateHeaders
    return res
end

--- A head has come. Returns whether to go on reading.
local function on_head(self, bytes, next, status, reason, fields, minor, keep_alive, upgrade)
    local res = new_response(self, status, reason, fields, minor)
    if upgrade then
        switch(self, res, bytes:sub(next))
        return false
    elseif status < 200 then
        self.interim = self.interim + 1
        if self.interim > MOST_INTERIM then
            self:fail(errors.new("Error", "HPE_INVALID_STATUS", "Parse Error: too many interim answers"))
            return false
        end
        self.between = true
        self.req:_onInterim(res)
        return self.req ~= nil
    end
    res.complete = false
    self.res, self.keep_alive = res, keep_alive
    local hint = res.headers["keep-alive"]
    self.socket._keep_alive_hint = hint and tonumber(hint:match("timeout=(%d+)"))
    self.req:_onResponse(res)
    return self.req ~= nil
end

local function on_end(self, trailers)
    if self.between then
        self.between = nil
        return
    end
    local req, res = self.req, self.res
    self.done = true
    res._trailers = trailers ~= "" and trailers or nil
    res:_received(res._trailers)
    if res.readableEnded then
        self:_answered(req, res)
    end
end

--- All of the answer was read by the program too.
function Connection:_answered(req, res)
    if self.req ~= req or not self.done then
        return
    end
    res:_close()
    if not req.writableEnded then
        return -- what is still to be sent goes first; the request asks again
    end
    self.req, self.res, self.done = nil, nil, nil
    req:_onDone(self.keep_alive)
end

local function on_bad(self, code, reason)
    local err = errors.new("Error", code, "Parse Error: " .. reason, { reason = reason })
    self:fail(err)
end

--- Bytes that answer nothing.
local function unasked(self)
    self:fail(errors.new("Error", "HPE_CLOSED_CONNECTION", "Parse Error: bytes behind the answer"))
end

--- Reads what has come, or what was left when the program paused.
local function read(self, bytes)
    local from = 1
    while true do
        if not self.req or self.done then
            if from <= #bytes then
                unasked(self)
            end
            return
        end
        local step, next, a, b, c, d, e, f = self.parser:parse(bytes, from)
        from = next
        if step == "more" then
            return
        elseif step == "bad" then
            return on_bad(self, a, b)
        elseif step == "head" then
            if not on_head(self, bytes, next, a, b, c, d, e, f) then
                return
            end
        elseif step == "body" then
            local res = self.res
            if res.readableFlowing then
                res:emit("data", a)
            elseif not res.destroyed then
                self.unread[#self.unread + 1] = a -- no more than one read of the socket's
                self.socket:pause()
            end
            if self.res ~= res then
                return
            end
        elseif step == "end" then
            if #self.unread > 0 then
                self.end_trailers = a
                if from <= #bytes then
                    return unasked(self)
                end
                return
            end
            on_end(self, a)
        end
    end
end

--- For Incoming: whether the body is wanted.
function Connection:_flow(res, on)
    if self.res ~= res then
        return
    elseif not on then
        self.socket:pause()
        return
    end
    tick.add(function()
        while self.res == res and res.readableFlowing and self.unread[1] do
            res:emit("data", table.remove(self.unread, 1))
        end
        if self.res ~= res or not res.readableFlowing then
            return
        end
        local trailers = self.end_trailers
        if trailers then
            self.end_trailers = nil
            on_end(self, trailers)
        else
            self.socket:resume()
        end
    end)
end

local function on_peer_end(self)
    if not self.req or self.done or self.end_trailers then
        return
    end
    local step, _, trailers = self.parser:finish()
    self.keep_alive = false
    if step == "end" and self.res then
        if #self.unread > 0 then
            self.end_trailers = trailers
        else
            on_end(self, trailers)
        end
    end
end

local function on_close(self)
    if not (self.end_trailers or self.done) then -- else all has come: what was received can still be read
        self:fail(self.error)
    end
end

--- From now on the socket carries this request.
function Connection:serve(req)
    self.req, self.res, self.done, self.between, self.end_trailers = req, nil, nil, nil, nil
    self.interim, self.unread = 0, {}
    self.parser:asked(req.method)
end

--- The connection of a socket: the same for all its requests.
---@param socket moonherd.Socket
---@param header_bytes integer most of a head
function M.of(socket, header_bytes)
    local self = socket._client
    if self then
        return self
    end
    self = setmetatable({ socket = socket, parser = core.httpResponses(header_bytes), unread = {} }, Connection)
    socket._client = self
    socket._flow = function(_, res, on)
        self:_flow(res, on)
    end
    socket._watch = function() end
    self.listeners = {
        data = function(bytes)
            read(self, bytes)
        end,
        ["end"] = function()
            on_peer_end(self)
        end,
        error = function(err)
            self.error = err
        end,
        close = function()
            on_close(self)
        end,
        drain = function()
            if self.req then
                self.req:_onDrain()
            end
        end,
        timeout = function()
            if self.req then
                self.req:_onTimeout()
            else
                socket:destroy() -- it was kept for long enough
            end
        end,
    }
    for name, listener in pairs(self.listeners) do
        socket:on(name, listener)
    end
    return self
end

return M
