--- Lets a ServerResponse answer on a socket that no http server of this process reads from, as when another process
--- has read the request and sent the socket here. Its methods are the response's own.
--
--     local res = http.ServerResponse({ method = "GET", httpVersionMinor = 1 })
--     res:assignSocket(socket)                    -- a net.Socket
--     res:on("finish", function() res:detachSocket(socket) socket:end_() end)
--     res:end_("hello")
--
-- What is written before there is a socket waits for it. The socket stays open behind the answer, whatever that says of
-- the connection. While assigned, it has what a response otherwise finds at its connection: `_box`, with the methods of
-- core.http, and `_tell`.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")

local Box = {}
Box.__index = Box

local WHOLE = 1

function Box:reply(status, reason, list, body, flags)
    local req = self.req
    local minor = req.httpVersionMinor or 1
    local head, how, keeps, errno =
        core.httpHead(status, reason, list, flags, #(body or ""), minor, req.method == "HEAD", minor == 1)
    if not head then
        return nil, how, keeps, errno
    end
    self.how = how
    self.socket:write(head)
    if flags % 2 == WHOLE then
        if body and body ~= "" then
            self:write(body)
        end
        self:finish()
    end
    return true
end

function Box:write(bytes)
    if self.how == "none" or bytes == "" then
        return true, 0
    elseif self.how == "chunked" then
        bytes = ("%x\r\n%s\r\n"):format(#bytes, bytes)
    end
    self.socket:write(bytes)
    return true, self.socket.writableLength
end

function Box:finish(trailers)
    if self.how == "chunked" then
        local lines = { "0\r\n" }
        for i = 1, #(trailers or lines) - 1, 2 do
            lines[#lines + 1] = trailers[i] .. ": " .. trailers[i + 1] .. "\r\n"
        end
        lines[#lines + 1] = "\r\n"
        self.socket:write(table.concat(lines))
    end
    return true
end

function Box:interim(status, list)
    local lines = { ("HTTP/1.1 %d %s\r\n"):format(status, core.httpStatuses()[status]) }
    for i = 1, #(list or {}), 2 do
        lines[#lines + 1] = list[i] .. ": " .. list[i + 1] .. "\r\n"
    end
    lines[#lines + 1] = "\r\n"
    self.socket:write(table.concat(lines))
    return true
end

--- Has _flushed called when all is the kernel's.
local function tell(socket, res)
    socket:write("", function(err)
        if not err then
            res:_flushed()
        end
    end)
end

local Detached = {}

--- A call that has to wait for a socket.
function Detached:_keep(name, ...)
    if not self._kept then
        self._kept = { head_was_settled = self.headersSent }
    end
    table.insert(self._kept, { name, n = select("#", ...), ... })
end

--- Answers on a net.Socket from elsewhere; for a response made by http.ServerResponse.
---@param socket moonherd.Socket
function Detached:assignSocket(socket)
    check.object(self, "res:assignSocket", "writeHead")
    if type(socket) ~= "table" or type(socket.write) ~= "function" or type(socket.on) ~= "function" then
        error(errors.arg_type("socket", "Socket", socket), 0)
    elseif self.socket or socket._http_message then
        error(errors.new("Error", "ERR_HTTP_SOCKET_ASSIGNED", "ServerResponse has an already assigned socket"), 0)
    end
    self.socket = socket
    socket._http_message, socket._tell = self, tell
    socket._box = setmetatable({ socket = socket, req = self.req }, Box)
    function self._on_socket_close()
        self:_close()
    end
    socket:on("close", self._on_socket_close)
    self:emit("socket", socket)
    local kept = self._kept
    if kept then
        self._kept = nil
        self.headersSent, self.writableEnded = kept.head_was_settled, false
        for _, call in ipairs(kept) do
            self[call[1]](self, unpack(call, 2, call.n + 1))
        end
    end
end

--- Lets go of that socket.
---@param socket moonherd.Socket
function Detached:detachSocket(socket)
    check.object(self, "res:detachSocket", "writeHead")
    if not socket or self.socket ~= socket or socket._http_message ~= self then
        error(errors.arg_value("socket", socket, "must be the socket that the response was assigned"), 0)
    end
    socket:off("close", self._on_socket_close)
    socket._http_message, socket._tell, socket._box = nil, nil, nil
    self.socket = nil
end

--- Gives a class the methods.
return function(class)
    for name, method in pairs(Detached) do
        class[name] = method
    end
end
