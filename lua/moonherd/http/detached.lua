--- Lets a ServerResponse answer on a socket that no http server of this process reads from, as when another process
--- has read the request and sent the socket here.
--
--     local res = http.ServerResponse({ method = "GET" })
--     res:assignSocket(socket)                    -- a net.Socket
--     res:end_("hello")
--     res:detachSocket(socket)
--
-- It stands where a response otherwise has its connection: `_box` with the methods of core.http that a response calls.

local core = require("moonherd.core")
local tick = require("moonherd.tick")

local Box = {}
Box.__index = Box

local WHOLE = 1

function Box:reply(status, reason, list, body, flags)
    local req = self.req
    local minor = req.httpVersionMinor or 1
    local keep_alive = self.keep_alive ~= false and minor == 1
    local head, how, keeps, errno =
        core.httpHead(status, reason, list, flags, #(body or ""), minor, req.method == "HEAD", keep_alive)
    if not head then
        return nil, how, keeps, errno
    end
    self.how, self.keeps = how, keeps
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
    return true, self.socket.writableLength or 0
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
    if not self.keeps then
        self.socket:end_()
    end
    return true
end

function Box:interim(status)
    self.socket:write(("HTTP/1.1 %d %s\r\n\r\n"):format(status, core.httpStatuses()[status]))
    return true
end

-- What a response expects of its `socket`.
local Detached = {}
Detached.__index = Detached

function Detached:_tell(res)
    tick.add(function()
        if res:_flushed() then
            res:_close()
        end
    end)
end

function Detached:setTimeout(ms)
    self._box.socket:setTimeout(ms)
end

function Detached:destroy(err)
    self._box.socket:destroy(err)
end

local M = {}

--- What a response of `req` needs to write to a net.Socket.
function M.new(socket, req)
    local box = setmetatable({ socket = socket, req = req }, Box)
    return setmetatable({ _box = box }, Detached)
end

return M
