--- The herd's listening addresses, in the master: one socket per address, whoever of the workers asks for it.
--
--     local shares = require("moonherd.cluster.share").registry()
--     shares:query(worker, message, round_robin, function(reply, fds) send(worker, reply, fds) end)
--     shares:leave(worker, key)
--
-- Under round robin the master accepts (core.share) and offers each connection to a worker; else the workers get the
-- listening socket itself and accept. A key names an address: `address:port:addressType:fd:index`, Node's spelling.

local core = require("moonherd.core")
local errors = require("moonherd.errors")

local MAX_ADDRESSES = 1024 -- of a herd: a worker must not be able to use up the master's descriptors

---@class moonherd.Shares
---@field entries table<string, table> by key
---@field count integer of them
---@field keep boolean an address without workers stays open: its clients wait for the next worker (see cluster/guard)
---@field onError fun(address: table, err: moonherd.Error)|nil connections cannot be accepted; err.retrying: for now
---@field onWaiting fun(address: table, facts: table)|nil connections wait for workers, or do so no longer
local Shares = {}
Shares.__index = Shares

--- What the engine tells of one shared socket.
local Entry = {}
Entry.__index = Entry

function Entry:on_error(message, code, errno, retrying)
    local report = self.registry.onError
    if report then
        report(self.address, errors.system(code, errno, "accept", { reason = message, retrying = retrying }))
    end
end

function Entry:on_waiting(waiting)
    local report = self.registry.onWaiting
    if report then
        local facts = self.share:facts() or {}
        facts.waiting = waiting
        report(self.address, facts)
    end
end

local function key_of(message)
    return ("%s:%s:%s:%s:%s"):format(
        tostring(message.address),
        tostring(message.port),
        tostring(message.addressType),
        tostring(message.fd),
        tostring(message.index)
    )
end

--- A duplicate of a socket of ours that listens, or may: a worker must not get hold of anything else by its number.
local function listen_fd(number, options)
    local kind = core.fdKind(number)
    if kind ~= "server" and kind ~= "socket" then
        return nil, "no socket to listen on", "EINVAL", -22
    end
    local fd, text, code, errno = core.dup(number)
    if not fd then
        return nil, text, code, errno
    end
    local ok
    ok, text, code, errno = core.listenFd(fd, options)
    if not ok then
        core.closeFd(fd)
        return nil, text, code, errno
    end
    return fd
end

--- Whether it is about UDP, whose sockets the workers always share: the kernel gives each datagram to one of them.
local function is_datagram(message)
    return message.addressType == "udp4" or message.addressType == "udp6"
end

--- UDP: bound is all there is to it.
local function datagram_socket(message)
    if message.fd and message.fd >= 0 then
        if core.fdKind(message.fd) ~= "dgram" then
            return nil, "not a UDP socket", "EINVAL", -22
        end
        return core.dup(message.fd)
    end
    local flags = message.flags or 0
    local options = { ipv6Only = flags % 2 == 1, reuseAddr = flags % 8 >= 4 } -- Node's bits: 1 and 4
    return core.datagramSocket(message.address, message.port, options)
end

--- Bind and listen. An IPv6 system takes both families where no host is named, as Node does.
---@return integer|nil fd, string|nil message, string|nil code, integer errno
local function listen(message)
    if is_datagram(message) then
        return datagram_socket(message)
    end
    local options = { backlog = tonumber(message.backlog) or 0, ipv6Only = message.flags == 1 }
    if message.fd then
        return listen_fd(message.fd, { backlog = options.backlog })
    elseif message.addressType == -1 then
        return core.listenPath(message.address, { backlog = options.backlog, mode = message.mode })
    elseif message.address then
        return core.listenSocket(message.address, message.port, options)
    end
    local fd, text, code, errno = core.listenSocket("::", message.port, options)
    if not fd and (code == "EAFNOSUPPORT" or code == "EADDRNOTAVAIL" or code == "EINVAL") then
        return core.listenSocket("0.0.0.0", message.port, options)
    end
    return fd, text, code, errno
end

function Shares:_open(key, message, round_robin)
    if self.count >= MAX_ADDRESSES then
        return nil, "EMFILE", -24
    end
    local fd, _, code, errno = listen(message)
    if not fd then
        return nil, code, errno
    end
    self.last_id = self.last_id + 1
    local entry = setmetatable({ registry = self, key = key, id = self.last_id, members = {} }, Entry)
    local address = core.fdAddress(fd)
    entry.sockname = address and address.port and address or nil
    entry.address = {
        address = message.address,
        port = entry.sockname and entry.sockname.port or message.port,
        addressType = message.addressType,
        fd = message.fd,
    }
    local path = message.addressType == -1 and message.address or nil
    if round_robin and not is_datagram(message) then
        local _
        entry.share, _, code, errno = core.share(entry, entry.id, fd, path)
        if not entry.share then
            return nil, code, errno
        end
    else
        entry.fd, entry.path = fd, path
    end
    self.entries[key] = entry
    self.count = self.count + 1
    return entry
end

function Shares:_close(entry)
    self.entries[entry.key] = nil
    self.count = self.count - 1
    if entry.share then
        entry.share:close()
    else
        core.closeFd(entry.fd)
        if entry.path then
            os.remove(entry.path)
        end
    end
end

--- A worker asks for an address. `reply(message, fds)` is called at once, with what to send it: `errno` on failure,
--- else the `share` whose connections it will be offered, or the listening socket in fds.
---@param worker moonherd.Worker
---@param message table queryServer, see cluster/child
---@param round_robin boolean
---@param reply fun(message: table, fds: integer[]|nil)
function Shares:query(worker, message, round_robin, reply)
    local key = key_of(message)
    local entry, code, errno = self.entries[key], nil, nil
    if not entry then
        entry, code, errno = self:_open(key, message, round_robin)
    end
    if not entry then
        return reply({ errno = errno, code = code, key = key })
    end
    entry.members[worker] = true
    if entry.share then
        -- The answer must be on its way before the first connection is.
        reply({ key = key, share = entry.id, sockname = entry.sockname })
        entry.share:join(worker._core)
        return nil
    end
    local fd, _
    fd, _, code, errno = core.dup(entry.fd)
    if not fd then
        self:leave(worker, key)
        return reply({ errno = errno, code = code, key = key })
    end
    return reply({ errno = 0, key = key, sockname = entry.sockname }, { fd })
end

--- The worker's server at this address is closed.
---@param worker moonherd.Worker
---@param key string
function Shares:leave(worker, key)
    local entry = self.entries[key]
    if not entry or not entry.members[worker] then
        return
    end
    entry.members[worker] = nil
    if entry.share then
        entry.share:leave(worker._core)
    end
    if next(entry.members) == nil and not self.keep then
        self:_close(entry)
    end
end

--- The worker is gone, or leaving.
---@param worker moonherd.Worker
function Shares:leave_all(worker)
    local keys = {}
    for key in pairs(self.entries) do
        keys[#keys + 1] = key
    end
    for _, key in ipairs(keys) do
        self:leave(worker, key)
    end
end

--- Whether addresses without workers stay open. Turned off, those that have none close now.
---@param keep boolean
function Shares:set_keep(keep)
    self.keep = keep
    if keep then
        return
    end
    for _, entry in pairs(self.entries) do
        if next(entry.members) == nil then
            self:_close(entry) -- takes it out, which is allowed while traversing
        end
    end
end

local M = {}

---@return moonherd.Shares
function M.registry()
    return setmetatable({ entries = {}, count = 0, last_id = 0, keep = false }, Shares)
end

return M
