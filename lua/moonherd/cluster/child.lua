--- The worker's end of the herd: asks the master for listening addresses, serves what it is offered, leaves when told.
--
--     local cluster = require "cluster"
--     cluster.worker.id             -- as the master counts
--     cluster.worker:disconnect()   -- finish what is in hand, then leave
--
-- Requests go to cluster/primary in Node's words:
--
--     online                                 the script is about to run
--     queryServer  address, port, ...        may I listen there?  -> errno, key, share | a listening socket
--     listening    the same, with the port   I do
--     close        key                       no more
--     exitedAfterDisconnect                  I am about to leave in order  -> an answer, then the channel ends
--
-- and from there come `disconnect`: finish and leave; `limits`: how large the process may be (moonherd only).

local channel = require("moonherd.channel")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local handoff = require("moonherd.handoff")
local memory = require("moonherd.process.memory")
local process = require("moonherd.process")
local report = require("moonherd.process.report")
local source = require("moonherd.net.source")
local Worker = require("moonherd.cluster.worker")

---@class moonherd.Cluster: moonherd.EventEmitter
local cluster = events.singleton({
    isPrimary = false,
    isMaster = false,
    isWorker = true,
    Worker = setmetatable({}, {
        __call = function(_, options)
            return Worker.new(options)
        end,
        __index = Worker,
    }),
})

local servers = {} -- those that listen through the master: Handle by itself
local child -- core.child: page and offers; nil when the master is no moonherd

-- The conversation --------------------------------------------------------------------------------------------------

local next_seq = 0
local waiting = {} -- by the seq of a request: function(message, fds)

local function send(message, callback)
    message.cmd = "NODE_CLUSTER"
    message.seq = next_seq
    if callback then
        waiting[next_seq] = callback
    end
    next_seq = next_seq + 1
    return channel.sendInternal(process, message)
end

-- Servers -------------------------------------------------------------------------------------------------------------

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
    servers[self] = nil
    if self.key then
        send({ act = "close", key = self.key })
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
    cluster.worker.state = "listening"
    message.act = "listening"
    message.port = handle.sockname and handle.sockname.port or message.port
    send(message)
end

--- The master has answered.
local function answered(handle, message, reply, fds, done)
    handle.key = reply.key
    if handle.closed then -- the server was closed while the master thought
        handoff.close(fds)
        if not reply.code then
            send({ act = "close", key = reply.key })
        end
        return
    elseif reply.code then
        handle.key = nil
        handle:close()
        local where = { address = message.address, port = message.port }
        done(errors.system(reply.code, reply.errno, "bind", where))
        return
    end
    handle.sockname = reply.sockname
    if fds then
        handle.box = assert(core.listener(handle, fds[1]))
    else
        handle.box = assert(core.serve(handle, child, reply.share))
    end
    done(nil, handle)
    -- After the server's own listeners, one of which may close it.
    process.nextTick(tell_listening, handle, message)
end

--- Listen through the master; see net/source for what goes in and out.
local function open_through_master(server, options, done)
    if options.exclusive or options.reusePort then
        return source.own(server, options, done)
    end
    local message = query_of(options)
    local handle = setmetatable({ server = server, path = options.path }, Handle)
    message.index, handle.count = take_index(message)
    servers[handle] = true
    local sent = send(message, function(reply, fds)
        answered(handle, message, reply, fds, done)
    end)
    if sent == nil then
        handle:close()
        process.nextTick(done, errors.of("ERR_IPC_CHANNEL_CLOSED"))
    end
    return handle
end

-- Leaving -------------------------------------------------------------------------------------------------------------

--- Close every server that listens through the master; `done` when their last connection has ended.
local function close_servers(done)
    local left = 1
    local function one_less()
        left = left - 1
        if left == 0 then
            done()
        end
    end
    local list = {}
    for handle in pairs(servers) do
        list[#list + 1] = handle.server
    end
    for _, server in ipairs(list) do
        left = left + 1
        -- A server that can drain answers the request a client has already sent; plain close would cut it off.
        local close = server.drain or server.close
        close(server, one_less)
    end
    one_less()
end

local function leave(asked_by_master)
    local worker = cluster.worker
    if worker.exitedAfterDisconnect then
        return
    end
    worker.exitedAfterDisconnect = true
    worker.state = "disconnecting"
    close_servers(function()
        if not process.connected then
            return
        elseif asked_by_master then
            process.disconnect()
        else
            send({ act = "exitedAfterDisconnect" }, function()
                process.disconnect()
            end)
        end
    end)
end

--- Finish: close the servers, wait for their connections, tell the master, end the channel.
---@return moonherd.Worker self
function Worker:disconnect()
    leave(false)
    return self
end

--- Leave now, with exit code 0: tell the master and go, without waiting for connections. The signal is ignored, as in
--- Node.
function Worker:kill()
    if self.state == "destroying" then
        return
    end
    self.exitedAfterDisconnect = true
    if not self:isConnected() then
        process.exit(0)
    end
    self.state = "destroying"
    process.once("disconnect", function()
        process.exit(0)
    end)
    send({ act = "exitedAfterDisconnect" }, function()
        process.disconnect()
    end)
end
Worker.destroy = Worker.kill

-- Coming --------------------------------------------------------------------------------------------------------------

local acts = {}

function acts.disconnect()
    leave(true)
end

function acts.limits(message)
    memory.limit(message.memoryHard)
end

local function on_internal(message, fds)
    if type(message) ~= "table" or message.cmd ~= "NODE_CLUSTER" then
        return
    end
    local callback = message.ack ~= nil and waiting[message.ack]
    if callback then
        waiting[message.ack] = nil
        callback(message, fds)
        return
    end
    local act = acts[message.act]
    if act then
        act(message)
    end
end

local function on_disconnect()
    local worker = cluster.worker
    worker:emit("disconnect")
    if not worker.exitedAfterDisconnect then
        process.exit(0) -- the master is gone, or has let go of us: there is nothing to serve for
    end
end

--- The memory limit was passed: the master hears why, before the process says so and exits.
local leave_over_limit = memory.passed
local function on_memory()
    send({ act = "leaving", cause = "memory" })
    leave_over_limit()
end

local function start()
    local env = process.env
    local id = tonumber(env.NODE_UNIQUE_ID) or 0
    env.NODE_UNIQUE_ID = nil
    local worker = Worker.new({ id = id, process = process, state = "online" })
    cluster.worker = worker
    report.who = ("worker %d"):format(id)
    local box = channel.box(process)
    if not box then
        return
    end
    local page_fd = tonumber(env.MOONHERD_PAGE_FD)
    env.MOONHERD_PAGE_FD = nil
    if page_fd then
        child = assert(core.child({}, box, page_fd))
    end
    core.followParent(box)
    local hard = tonumber(env.MOONHERD_MEMORY_HARD)
    env.MOONHERD_MEMORY_HARD = nil
    if hard then
        memory.limit(hard)
    end
    if env.MOONHERD_GUARDED then
        env.MOONHERD_GUARDED = nil
        -- Ctrl-C reaches the whole foreground group: the master decides what it means for its herd.
        process.on("SIGINT", function() end)
    end
    memory.passed = on_memory
    source.open = open_through_master
    process.on("internalMessage", on_internal)
    process.once("disconnect", on_disconnect)
    send({ act = "online" })
    box:flush(0) -- now, not at the script's end: it may load for long, or never end
end

start()

return cluster
