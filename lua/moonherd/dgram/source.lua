--- Where a UDP socket's descriptor comes from: this process, or, in a worker of a cluster, its master.
--
--     local request = source.open(socket, options, function(err, fd, lease) end)
--     request:close()                -- the callback will not come any more
--
-- options: type, address (numeric) and port, or fd (a number); ipv6Only, reuseAddr, reusePort, exclusive. The callback
-- may come from inside the call; the descriptor is the caller's. err is an error as dgram.Socket emits it. The lease,
-- if there is one, is to be closed along with the descriptor. A cluster's worker puts its own function into
-- `source.open`.

local core = require("moonherd.core")
local errors = require("moonherd.errors")

local M = {}

local NOTHING = { close = function() end }

--- Opens a socket of this process.
---@param _socket table the dgram.Socket
---@param options table
---@param callback fun(err: moonherd.Error?, fd: integer?, lease: table?)
---@return table request with close()
function M.own(_socket, options, callback)
    if options.fd then
        callback(nil, options.fd)
        return NOTHING
    end
    local fd, _, code, errno = core.datagramSocket(options.address, options.port, {
        ipv6Only = options.ipv6Only,
        reuseAddr = options.reuseAddr,
        reusePort = options.reusePort,
    })
    if fd then
        callback(nil, fd)
    else
        callback(errors.system(code, errno, "bind", { address = options.address, port = options.port }))
    end
    return NOTHING
end

M.open = M.own

return M
