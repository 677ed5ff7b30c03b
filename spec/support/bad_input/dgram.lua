--- What the bad-input cases need for dgram.
local dgram = require("moonherd.dgram")
local wait = require("spec.support.wait")

local function nothing() end

--- A socket that is bound already, as most methods need.
local function bound()
    local socket = dgram.createSocket("udp4")
    socket:on("error", nothing)
    socket:bind(0, "127.0.0.1")
    wait(function() return pcall(socket.address, socket) end, 5, "a bound socket")
    return socket
end

local function closed()
    local socket = dgram.createSocket("udp4")
    socket:close()
    return socket
end

local function close(...)
    for _, value in ipairs({ ... }) do
        if type(value) == "table" and value.close then
            pcall(value.close, value)
        end
    end
end

local function group() return { "224.0.0.114", "127.0.0.1" } end
local function group_of_source() return { "127.0.0.1", "232.1.1.1", "127.0.0.1" } end

return {
    receivers = {
        ["moonherd.dgram.Socket"] = { open = bound, closed = closed, dispose = close },
    },
    valid = {
        ["moonherd.dgram.Socket:addMembership"] = group,
        ["moonherd.dgram.Socket:dropMembership"] = group,
        ["moonherd.dgram.Socket:addSourceSpecificMembership"] = group_of_source,
        ["moonherd.dgram.Socket:dropSourceSpecificMembership"] = group_of_source,
        ["moonherd.dgram.Socket:setMulticastInterface"] = function() return { "127.0.0.1" } end,
        ["moonherd.dgram.Socket:send"] = function() return { "text", 0, 2, 9, "127.0.0.1", nothing } end,
        ["moonherd.dgram.Socket:connect"] = function() return { 9, "127.0.0.1", nothing } end,
    },
    options = {
        ["moonherd.dgram.SocketOptions"] = function() return { type = "udp4" } end,
    },
    -- Node's words.
    named = {
        ["moonherd.dgram.Socket:send"] = { msg = "buffer" },
    },
    dispose = close,
}
