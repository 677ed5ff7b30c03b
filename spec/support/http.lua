--- A bare TCP client with just enough HTTP to judge a server: bytes out, bytes in, with deadlines. It sends exactly
--- what it is told, however wrong that is.
--
--     local http = require "spec.support.http"
--     after_each(http.cleanup)
--
--     local client = http.connect(port)                       -- 127.0.0.1; or http.connect(port, "::1")
--     client:send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
--     local answer = client:response()                        -- { status, reason, headers, body, version }
--     client:read_until("\r\n\r\n"); client:read_to_end(); client:shutdown(); client:reset(); client:close()
--
--     local answer = http.get(port, "/path")                  -- one request on a connection of its own
--
-- Waiting turns the engine's loop where that runs in this process (see wait).

local ffi = require("ffi")
local bit = require("bit")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local C = sys.C

ffi.cdef [[
struct spec_in { uint16_t family; uint16_t port; uint32_t address; char zero[8]; };
struct spec_in6 { uint16_t family; uint16_t port; uint32_t flow; uint8_t address[16]; uint32_t scope; };
struct spec_un { uint16_t family; char path[108]; };
struct spec_linger { int on; int seconds; };
int socket(int family, int type, int protocol);
int connect(int fd, const void *address, unsigned size);
int getsockopt(int fd, int level, int option, void *value, unsigned *size);
int setsockopt(int fd, int level, int option, const void *value, unsigned size);
int shutdown(int fd, int how);
int inet_pton(int family, const char *text, void *out);
uint16_t htons(uint16_t port);
]]

local AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
local SOCK_STREAM, SOL_SOCKET, SO_ERROR, SO_LINGER, SO_RCVBUF = 1, 1, 4, 13, 8
local SHUT_WR = 1
local EINPROGRESS = 115

local M = {}

local Client = {}
Client.__index = Client

local open = {}

local function address_of(port, host)
    if type(port) == "string" then
        local un = ffi.new("struct spec_un", { family = AF_UNIX })
        ffi.copy(un.path, port)
        return AF_UNIX, un, ffi.sizeof(un)
    elseif host:find(":", 1, true) then
        local in6 = ffi.new("struct spec_in6", { family = AF_INET6, port = C.htons(port) })
        assert(C.inet_pton(AF_INET6, host, in6.address) == 1, host)
        return AF_INET6, in6, ffi.sizeof(in6)
    end
    local in4 = ffi.new("struct spec_in", { family = AF_INET, port = C.htons(port) })
    local out = ffi.new("uint32_t[1]")
    assert(C.inet_pton(AF_INET, host, out) == 1, host)
    in4.address = out[0]
    return AF_INET, in4, ffi.sizeof(in4)
end

--- Connects to a port of a host, or to the path of a unix socket. Returns a client, or nil and the reason.
--- options.receive_bytes: a small receive buffer, for clients that read slowly.
function M.try_connect(port, host, options)
    local family, address, size = address_of(port, host or "127.0.0.1")
    local flags = bit.bor(SOCK_STREAM, sys.O_CLOEXEC, sys.O_NONBLOCK)
    local fd = sys.check(C.socket(family, flags, 0), "socket")
    if options and options.receive_bytes then
        C.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, ffi.new("int[1]", options.receive_bytes), 4)
    end
    local client = setmetatable({ fd = fd, buffer = "" }, Client)
    open[client] = true
    if C.connect(fd, address, size) == 0 then
        return client
    elseif ffi.errno() ~= EINPROGRESS then
        local reason = sys.reason()
        client:close()
        return nil, reason
    end
    local late = wait.deadline(options and options.seconds)
    while sys.poll({ { fd, sys.POLLOUT } }, 0) == 0 do
        if late() then
            client:close()
            return nil, "not connected in time"
        end
        wait.turn({ { fd, sys.POLLOUT } })
    end
    local code, len = ffi.new("int[1]"), ffi.new("unsigned[1]", 4)
    C.getsockopt(fd, SOL_SOCKET, SO_ERROR, code, len)
    if code[0] ~= 0 then
        client:close()
        return nil, ffi.string(C.strerror(code[0]))
    end
    return client
end

--- As try_connect, and raises if it fails.
function M.connect(port, host, options)
    local client, reason = M.try_connect(port, host, options)
    if not client then
        error(("cannot connect to %s: %s"):format(port, reason), 2)
    end
    return client
end

-- Sending -----------------------------------------------------------------------------------------------------

--- Sends all of it; raises at the deadline. Returns nil and the reason if the connection breaks.
function Client:send(bytes, seconds)
    local late = wait.deadline(seconds)
    while #bytes > 0 do
        local count = tonumber(C.write(self.fd, bytes, #bytes))
        if count > 0 then
            bytes = bytes:sub(count + 1)
        elseif ffi.errno() ~= sys.EAGAIN then
            return nil, sys.reason()
        elseif late() then
            error(("%d bytes could not be sent"):format(#bytes), 2)
        else
            wait.turn({ { self.fd, sys.POLLOUT } })
        end
    end
    return true
end

--- No more bytes from us; reading goes on.
function Client:shutdown()
    C.shutdown(self.fd, SHUT_WR)
end

-- Receiving ---------------------------------------------------------------------------------------------------

--- Reads what there is: true while more may come, false at the end; then self.broken holds the reason if it did not
--- end in order.
function Client:_fill()
    if self.ended then
        return false
    end
    local bytes, errno = sys.read(self.fd)
    if bytes and #bytes > 0 then
        self.buffer = self.buffer .. bytes
        return true
    elseif errno == sys.EAGAIN then
        wait.turn({ { self.fd, sys.POLLIN } })
        return true
    end
    self.ended = true
    self.broken = errno and ffi.string(C.strerror(errno)) or nil
    return false
end

function Client:_take(count)
    local bytes = self.buffer:sub(1, count)
    self.buffer = self.buffer:sub(count + 1)
    return bytes
end

local function late_error(what, client)
    error(("%s did not come; so far: %q"):format(what, client.buffer:sub(1, 500)), 3)
end

--- Bytes up to and including a plain text; nil if the connection ends before.
function Client:read_until(text, seconds)
    local late = wait.deadline(seconds)
    while true do
        local _, last = self.buffer:find(text, 1, true)
        if last then
            return self:_take(last)
        elseif not self:_fill() then
            return nil
        elseif late() then
            late_error(("%q"):format(text), self)
        end
    end
end

--- Exactly that many bytes, or what there is when the connection ends before.
function Client:read(count, seconds)
    local late = wait.deadline(seconds)
    while #self.buffer < count and self:_fill() do
        if late() then
            late_error(count .. " bytes", self)
        end
    end
    return self:_take(count)
end

--- All until the other side ends the connection, and how that broke, if it did.
function Client:read_to_end(seconds)
    local parts = { self.buffer }
    self.buffer = ""
    local late = wait.deadline(seconds)
    while self:_fill() do
        parts[#parts + 1] = self.buffer
        self.buffer = ""
        if late() then
            self.buffer = table.concat(parts)
            late_error("the end of the connection", self)
        end
    end
    return table.concat(parts), self.broken
end

local function read_chunked(self, seconds)
    local parts = {}
    while true do
        local line = self:read_until("\r\n", seconds)
        local size = line and tonumber(line:match("^%x+"), 16)
        if not size then
            error(("bad chunk size line %q"):format(tostring(line)), 3)
        elseif size == 0 then
            break
        end
        parts[#parts + 1] = self:read(size, seconds)
        assert(self:read(2, seconds) == "\r\n", "a chunk without its end")
    end
    local trailers = {}
    local line = self:read_until("\r\n", seconds)
    while line and line ~= "\r\n" do
        trailers[#trailers + 1] = line:sub(1, -3)
        line = self:read_until("\r\n", seconds)
    end
    return table.concat(parts), trailers
end

--- One response: { version, status, reason, headers (lower case names; repeated ones in a list), body, raw_head };
--- nil if the connection ended. `head` true: the answer to a HEAD request, without a body.
function Client:response(seconds, head)
    local text = self:read_until("\r\n\r\n", seconds)
    if not text then
        return nil
    end
    local answer = { headers = {}, raw_head = text, body = "" }
    answer.version, answer.status, answer.reason = text:match("^HTTP/(%d%.%d) (%d+) ?([^\r\n]*)\r\n")
    answer.status = tonumber(answer.status)
    assert(answer.status, "no HTTP response: " .. text)
    for name, value in text:gmatch("\n([^:\r\n]+):[ \t]*([^\r\n]*)\r") do
        name = name:lower()
        local had = answer.headers[name]
        if type(had) == "table" then
            had[#had + 1] = value
        else
            answer.headers[name] = had and { had, value } or value
        end
    end
    local length = answer.headers["content-length"]
    if head or answer.status < 200 or answer.status == 204 or answer.status == 304 then
        return answer
    elseif answer.headers["transfer-encoding"] == "chunked" then
        answer.body, answer.trailers = read_chunked(self, seconds)
    elseif length then
        answer.body = self:read(tonumber(length), seconds)
    else
        answer.body = self:read_to_end(seconds)
    end
    return answer
end

-- Ending ------------------------------------------------------------------------------------------------------

--- Ends the connection with a reset instead of in order.
function Client:reset()
    if self.fd then
        C.setsockopt(self.fd, SOL_SOCKET, SO_LINGER, ffi.new("struct spec_linger", { 1, 0 }), 8)
    end
    self:close()
end

function Client:close()
    if self.fd then
        C.close(self.fd)
        self.fd = nil
        self.ended = true
    end
    open[self] = nil
end

--- Closes every client. For after_each.
function M.cleanup()
    for client in pairs(open) do
        client:close()
    end
end

-- Whole requests ----------------------------------------------------------------------------------------------

--- One request on a connection of its own. options: method, headers (lines), body, host, seconds.
function M.request(port, path, options)
    options = options or {}
    local lines = { ("%s %s HTTP/1.1"):format(options.method or "GET", path or "/"), "Host: localhost" }
    for _, line in ipairs(options.headers or {}) do
        lines[#lines + 1] = line
    end
    if options.body then
        lines[#lines + 1] = "Content-Length: " .. #options.body
    end
    lines[#lines + 1] = "Connection: close"
    local client = M.connect(port, options.host)
    client:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. (options.body or ""), options.seconds)
    local answer = client:response(options.seconds, options.method == "HEAD")
    client:close()
    return answer
end

function M.get(port, path, options)
    return M.request(port, path, options)
end

return M
