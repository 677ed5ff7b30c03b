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
local memory = require("moonherd.process.memory")
local process = require("moonherd.process")
local report = require("moonherd.process.report")
local source = { install = function() end }
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
    if not process.connected then
        return false
    end
    message.cmd = "NODE_CLUSTER"
    message.seq = next_seq
    if callback then
        waiting[next_seq] = callback
    end
    next_seq = next_seq + 1
    return channel.sendInternal(process, message)
end

-- Servers -------------------------------------------------------------------------------------------------------------

--- What a server holds instead of a listener of its own.
local Handle = {}
Handle.__index = Handle

function Handle:on_accept(fd)
    self.server:accept_fd(fd, true)
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
    local count = self.indexes[self.where]
    count.open = count.open - 1
    if count.open == 0 then
        self.indexes[self.where] = nil
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

--- At its limit of connections a server lets other workers have them.
function Handle:refuse(refusing)
    if self.box and self.box.refuse then
        self.box:refuse(refusing)
    end
end

-- The n-th open server of this worker at an address shares a socket with the n-th of every other worker.
local indexes = {}

local function next_index(where)
    local count = indexes[where] or { next = 0, open = 0 }
    indexes[where] = count
    count.open = count.open + 1
    count.next = count.next + 1
    return count.next - 1
end

--- Listen through the master. `done(err, handle)` is called later, never from inside.
local function open_through_master(server, request, done)
    local where = ("%s:%s:%s:%s"):format(
        tostring(request.address),
        tostring(request.port),
        tostring(request.addressType),
        tostring(request.fd)
    )
    local handle = setmetatable({ server = server, where = where, indexes = indexes }, Handle)
    local message = {
        act = "queryServer",
        index = next_index(where),
        address = request.address,
        port = request.port,
        addressType = request.addressType,
        fd = request.fd,
        flags = request.flags,
        backlog = request.backlog,
        mode = request.mode,
    }
    servers[handle] = true
    local sent = send(message, function(reply, fds)
        handle.key = reply.key
        if handle.closed then -- the server was closed while the master thought
            send({ act = "close", key = reply.key })
            for _, fd in ipairs(fds or {}) do
                core.closeFd(fd)
            end
            return
        end
        if reply.errno and reply.errno ~= 0 then
            handle.key = nil
            handle:close()
            done(errors.system(reply.code, reply.errno, "bind", { address = request.address, port = request.port }))
            return
        end
        handle.address = reply.sockname or request.address
        if fds then
            handle.box = assert(core.listener(handle, fds[1]))
        else
            handle.box = assert(core.serve(handle, child, reply.share))
        end
        done(nil, handle)
        if not handle.closed then
            cluster.worker.state = "listening"
            message.act = "listening"
            message.port = reply.sockname and reply.sockname.port or request.port
            send(message)
        end
    end)
    if not sent and not process.connected then
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
    local id = tonumber(env.NODE_UNIQUE_ID)
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
    source.install(open_through_master)
    process.on("internalMessage", on_internal)
    process.once("disconnect", on_disconnect)
    send({ act = "online" })
end

start()

return cluster
