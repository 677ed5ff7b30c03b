--- How a worker listens: through its master, which owns the herd's sockets.
--
--     local listen = require("moonherd.cluster.listen")
--     listen.start(ask, child, on_listening)         -- from now on, net.Server:listen goes this way
--     for server in pairs(listen.servers()) do ... end
--
-- A source of connections as net/source describes it: the master is asked (`queryServer`), and either offers its
-- connections one by one (core.serve) or sends the listening socket itself. UDP sockets are had the same way (see
-- dgram/source); of those it always sends the socket.

local core = require("moonherd.core")
local datagrams = require("moonherd.dgram.source")
local errors = require("moonherd.errors")
local handoff = require("moonherd.handoff")
local process = require("moonherd.process")
local source = require("moonherd.net.source")

local M = {}

local ask -- function(message, callback): to the master; nil when it cannot be asked
local child -- core.child: the page and the offers
local on_listening -- function(): a server of this worker listens

local open_handles = {} -- Handle by itself, those that listen or are about to

--- What a server has instead of a listener of its own: a source, see net/source.
local Handle = { shared = true } -- the master holds a copy of each connection, until it has seen the claim
Handle.__index = Handle

function Handle:on_accept(fd)
    self.server:on_accept(fd)
end

function Handle:on_error(message, code, errno, retrying)
    self.server:on_accept_error(errors.system(code, errno, "accept", { reason = message }), retrying)
end

function Handle:address()
    return self.sockname or self.path
end

function Handle:close()
    if self.closed then
        return
    end
    self.closed = true
    open_handles[self] = nil
    if self.key then
        ask({ act = "close", key = self.key })
    end
    self.count.open = self.count.open - 1
    if self.count.open == 0 then
        self.count.next = 0
    end
    if self.box then
        self.box:close()
    end
end

function Handle:ref()
    if self.box then
        self.box:ref()
    end
end

function Handle:unref()
    if self.box then
        self.box:unref()
    end
end

--- The listening descriptor, where the workers accept by themselves.
function Handle:fd()
    return self.box and self.box.fd and self.box:fd() or nil
end

--- At its limit of connections a server lets other workers have them.
function Handle:refuse(refusing)
    if self.box and self.box.refuse then
        self.box:refuse(refusing)
    end
end

-- The n-th open server of this worker at an address shares a socket with the n-th of every other worker.
local counts = {}

local function take_index(message)
    local where = ("%s:%s:%s:%s"):format(
        tostring(message.address),
        tostring(message.port),
        tostring(message.addressType),
        tostring(message.fd)
    )
    local count = counts[where] or { next = 0, open = 0 }
    counts[where] = count
    count.open = count.open + 1
    count.next = count.next + 1
    return count.next - 1, count
end

--- The question to the master; options as net/source has them.
local function query_of(options)
    local message = { act = "queryServer", backlog = options.backlog, mode = options.mode }
    if options.fd then
        message.fd = options.fd -- a number of the master's, as in Node
    elseif options.path then
        local path = options.path
        message.address = path:match("^[/%z]") and path or process.cwd() .. "/" .. path
        message.port, message.addressType = -1, -1
    else
        message.address, message.port = options.address, options.port
        message.addressType = options.address and core.isIP(options.address) or 4
        message.flags = options.address and (options.ipv6Only and 1 or 0) or nil
    end
    return message
end

local function tell_listening(handle, message)
    if handle.closed then
        return
    end
    on_listening()
    message.act = "listening"
    message.port = handle.sockname and handle.sockname.port or message.port
    ask(message)
end

--- The master has answered.
local function answered(handle, message, reply, fds, done)
    handle.key = reply.key
    if handle.closed then -- the server was closed while the master thought
        handoff.close(fds)
        if not reply.code then
            ask({ act = "close", key = reply.key })
        end
        return
    elseif reply.code then
        handle.key = nil
        handle:close()
        local by_number = message.fd and message.fd >= 0
        local where = not by_number and { address = handle.path or message.address or "::", port = message.port } or nil
        done(errors.system(reply.code, reply.errno, by_number and handle.datagram and "open" or "bind", where))
        return
    end
    handle.sockname = reply.sockname
    if handle.datagram then
        done(nil, fds[1], handle)
    elseif fds then
        handle.box = assert(core.listener(handle, fds[1]))
    else
        handle.box = assert(core.serve(handle, child, reply.share))
    end
    if not handle.datagram then
        done(nil, handle)
    end
    -- After the server's own listeners, one of which may close it.
    process.nextTick(tell_listening, handle, message)
end

--- Asks the master for the address of `handle`, which is returned.
local function open(handle, message, done)
    message.index, handle.count = take_index(message)
    open_handles[handle] = true
    local sent = ask(message, function(reply, fds)
        answered(handle, message, reply, fds, done)
    end)
    if sent == nil then
        handle:close()
        process.nextTick(done, errors.of("ERR_IPC_CHANNEL_CLOSED"))
    end
    return handle
end

--- Listen through the master; see net/source for what goes in and out.
local function open_through_master(server, options, done)
    if options.exclusive or options.reusePort then
        return source.own(server, options, done)
    end
    local handle = setmetatable({ server = server, path = options.path }, Handle)
    return open(handle, query_of(options), done)
end

--- The same for UDP; see dgram/source. The handle is the lease of the descriptor.
local function bind_through_master(socket, options, done)
    if options.exclusive or options.reusePort then
        return datagrams.own(socket, options, done)
    end
    local handle = setmetatable({ server = socket, datagram = true }, Handle)
    return open(handle, {
        act = "queryServer",
        address = options.address,
        port = options.port or 0,
        addressType = options.type,
        fd = options.fd or -1,
        flags = (options.ipv6Only and 1 or 0) + (options.reuseAddr and 4 or 0), -- Node's bits
    }, done)
end

--- The servers that listen through the master, or are about to.
---@return table<table, boolean>
function M.servers()
    local servers = {}
    for handle in pairs(open_handles) do
        servers[handle.server] = true
    end
    return servers
end

--- From now on every server of this process that is not `exclusive` listens through the master.
---@param to_master fun(message: table, callback: function|nil): boolean|nil
---@param box userdata|nil core.child; nil: only listening sockets can be had, no offers
---@param listening fun()
function M.start(to_master, box, listening)
    ask, child, on_listening = to_master, box, listening
    source.open = open_through_master
    datagrams.open = bind_through_master
end

return M
