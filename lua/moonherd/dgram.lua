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
local util = require("moonherd.util")

local M = {}

--- The class; called, it makes an object as createSocket does.
M.Socket = util.callable(Socket, Socket.new)

--- A socket that is not bound yet.
---@param type "udp4"|"udp6"|moonherd.dgram.SocketOptions
---@param callback fun(msg: string, rinfo: moonherd.dgram.RemoteInfo)? listener of "message"
---@return moonherd.dgram.Socket
function M.createSocket(type, callback)
    check.no_object(type, M, "dgram.createSocket")
    return (Socket.new(type, callback))
end

return M
