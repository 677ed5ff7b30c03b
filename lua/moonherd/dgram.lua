--- UDP sockets, as Node's dgram.
--
--     local dgram = require "dgram"
--
--     local server = dgram.createSocket("udp4", function(message, from)
--         print(message, from.address, from.port)
--     end)
--     server:bind(41234)
--
--     local client = dgram.createSocket("udp4")
--     client:send("hello", 41234, "127.0.0.1", function() client:close() end)

local check = require("moonherd.check")
local Socket = require("moonherd.dgram.socket")

local M = {}

--- The class; called, it makes an object as createSocket does.
M.Socket = setmetatable({}, {
    __index = Socket,
    __call = function(_, ...)
        return Socket.new(...)
    end,
})

--- A socket that is not bound yet.
---@param options "udp4"|"udp6"|table type; reuseAddr, reusePort, ipv6Only, recvBufferSize, sendBufferSize (bytes),
---maxQueueBytes (of what waits to be sent), lookup (function(host, family, callback)), signal
---@param on_message fun(message: string, from: table)? listener of "message"
---@return moonherd.dgram.Socket
function M.createSocket(options, on_message)
    check.no_object(options, M, "dgram.createSocket")
    return Socket.new(options, on_message)
end

return M
