--- Servers and connections of moonherd.net in this process, for specs.
--
--     local sockets = require "spec.support.sockets"
--     after_each(sockets.cleanup)
--
--     local server, port = sockets.serve(options, on_connection)      -- listens on 127.0.0.1 when this returns
--     local client, peer, server = sockets.pair(options)              -- a connection, and the server's end of it
--     local log = sockets.record(client, "end", "close")              -- { "end", "close false" }
--     local bytes = sockets.read_all(client)                          -- waits for "end"

local net = require("moonherd.net")
local wait = require("spec.support.wait")

-- The first stream of a loop has libuv open a descriptor in reserve, which it keeps: not a leak of whoever is first.
do
    local core = require("moonherd.core")
    local ours, theirs = core.socketpair()
    core.stream({}, ours):close()
    core.closeFd(theirs)
    wait.drain()
end

local M = {}
local servers, ends = {}, {}

--- Remembers a server for cleanup.
function M.own(server)
    servers[#servers + 1] = server
    server:on("connection", function(socket)
        ends[#ends + 1] = socket
    end)
    return server
end

--- Remembers a socket for cleanup, which then has an error listener.
function M.own_socket(socket)
    ends[#ends + 1] = socket
    return socket
end

function M.serve(options, on_connection)
    local server = M.own(net.createServer(options, on_connection))
    server:listen(0, "127.0.0.1")
    wait(function() return server.listening end, 5, "the server to listen")
    return server, server:address().port
end

function M.connect(...)
    return M.own_socket(net.connect(...))
end

function M.pair(options, client_options)
    local peer
    local server, port = M.serve(options, function(socket) peer = socket end)
    local target = { port = port, host = "127.0.0.1" }
    for key, value in pairs(client_options or {}) do
        target[key] = value
    end
    local client = M.connect(target)
    wait(function() return peer and not client.connecting end, 5, "the connection")
    return client, peer, server
end

--- A list that grows by "name argument argument" with each of the events.
function M.record(emitter, ...)
    local log = {}
    for _, name in ipairs({ ... }) do
        emitter:on(name, function(...)
            local words = { name }
            for i = 1, select("#", ...) do
                local value = select(i, ...)
                words[#words + 1] = tostring(type(value) == "table" and value.code or value)
            end
            log[#log + 1] = table.concat(words, " ")
        end)
    end
    return log
end

--- Starts to gather what a socket reads; the result's `bytes()` says what came so far.
function M.gather(socket)
    local gathered = { parts = {}, size = 0, ended = false }
    function gathered.bytes()
        return table.concat(gathered.parts)
    end
    socket:on("data", function(bytes)
        gathered.parts[#gathered.parts + 1] = bytes
        gathered.size = gathered.size + #bytes
    end)
    socket:on("end", function() gathered.ended = true end)
    return gathered
end

function M.read_all(socket, seconds)
    local gathered = M.gather(socket)
    wait(function() return gathered.ended end, seconds, "the end of the data")
    return gathered.bytes()
end

--- Closes all that was made here, and waits until it is closed.
function M.cleanup()
    for _, socket in ipairs(ends) do
        if not socket.destroyed then
            socket:on("error", function() end)
            socket:destroy()
        end
    end
    for _, server in ipairs(servers) do
        server:on("error", function() end)
        server:close()
    end
    local old = ends
    servers, ends = {}, {}
    wait(function()
        for _, socket in ipairs(old) do
            if socket._boxes > 0 then
                return false
            end
        end
        return true
    end, 5, "all sockets to close")
end

return M
