-- chat.lua - a TCP chat whose connections move between workers: each room lives in one of them.
--
--     scripts/run scripts/examples/chat.lua             PORT (7000), HOST and WORKERS (2) change it
--     nc 127.0.0.1 7000                                 in two terminals; then type:
--
--         /name ann
--         /join tea            you are handed over to the worker that has this room; the connection stays as it is
--         hello                everybody in the room reads it, you too
--         /quit
--
-- People in a room talk without a word between processes, as they are all in one. What to look at: process.send with a
-- socket gives the connection away, with the bytes that were read from it and not handed out; what we have read of a
-- line that is not complete goes along in the message.

local cluster = require "cluster"
local net = require "net"

local HOST, PORT = process.env.HOST or "127.0.0.1", tonumber(process.env.PORT) or 7000
local WORKERS = tonumber(process.env.WORKERS) or 2
local MAX_LINE = 4096
local CANNOT_LISTEN = 2 -- a worker's exit code: another one could not either

-- The master: knows which worker has which room, and nothing else -----------------------------------------------------

if cluster.isPrimary then
    local rooms, turn = {}, 0 -- worker by room

    local function worker_of(room)
        local worker = rooms[room]
        if not (worker and worker:isConnected()) then
            local live = {}
            for _, each in pairs(cluster.workers) do
                table.insert(live, each)
            end
            table.sort(live, function(a, b) return a.id < b.id end)
            if #live == 0 then
                return nil -- all have just died; their replacements come up
            end
            turn = turn % #live + 1
            worker = live[turn]
            rooms[room] = worker
            console.log("room %s is in worker %d (pid %d)", room, worker.id, worker.process.pid)
        end
        return worker
    end

    cluster.on("message", function(_, guest, socket)
        local worker = worker_of(guest.room)
        if worker and socket then -- it may have been closed on its way
            worker:send(guest, socket)
        elseif socket then
            socket:destroy()
        end
    end)

    cluster.on("listening", function(worker, address)
        console.log("worker %d (pid %d) takes guests on port %d", worker.id, worker.process.pid, address.port)
    end)

    cluster.on("exit", function(worker, code, signal)
        if code == CANNOT_LISTEN then
            process.exit(1)
        end
        console.log("worker %d is gone (%s), and its rooms with it", worker.id, signal or code)
    end)

    cluster.guard({ workers = WORKERS, respawn = { delay = 100 } })
    return
end

-- A worker: guests, each with a connection, and what was read of it: `text`, where the next line begins at `at` -------

local rooms = {} -- by name: a set of guests

local function say(guest, ...)
    guest.socket:write(string.format(...) .. "\n")
end

local function tell(room, ...)
    for guest in pairs(rooms[room]) do
        say(guest, ...)
    end
end

local function leave(guest)
    local room = guest.room
    if room then
        rooms[room][guest], guest.room = nil, nil
        tell(room, "* %s has left %s", guest.name, room)
    end
end

local commands = {}

function commands.name(guest, name)
    guest.name = name
    say(guest, "* you are %s", name)
end

--- Hands the guest over. What is still unread belongs to the next worker: no line is taken after this one.
function commands.join(guest, room)
    leave(guest)
    guest.gone = true
    guest.socket:removeAllListeners()
    guest.socket:pause()
    process.send({ name = guest.name, room = room, text = guest.text:sub(guest.at) }, guest.socket)
end

function commands.quit(guest)
    leave(guest)
    guest.gone = true
    guest.socket:end_("* goodbye\n")
end

local function take_line(guest, line)
    local command, argument = line:match("^/(%w+) *([%w_-]*)$")
    if commands[command] and (argument ~= "" or command == "quit") then
        commands[command](guest, argument)
    elseif line:sub(1, 1) == "/" then
        say(guest, "* try /name NAME, /join ROOM or /quit")
    elseif not guest.room then
        say(guest, "* nobody hears you: /join ROOM first")
    else
        tell(guest.room, "%s: %s", guest.name, line)
    end
end

local function take(guest, bytes)
    guest.text, guest.at = guest.text:sub(guest.at) .. bytes, 1
    local stop = guest.text:find("\n", 1, true)
    while stop and not guest.gone do
        local line = guest.text:sub(guest.at, stop - 1):gsub("\r$", "")
        guest.at = stop + 1
        take_line(guest, line)
        stop = guest.text:find("\n", guest.at, true)
    end
    if #guest.text - guest.at >= MAX_LINE and not guest.gone then
        guest.socket:destroy()
    end
end

--- Listens to a guest, who is new or comes from another worker.
local function welcome(guest)
    local socket = guest.socket
    socket:on("data", function(bytes) take(guest, bytes) end)
    socket:on("close", function() leave(guest) end)
    socket:on("error", function() end) -- "close" follows
    take(guest, "") -- what came along
end

process.on("message", function(guest, socket)
    if not socket then
        return
    end
    guest.socket, guest.at = socket, 1
    rooms[guest.room] = rooms[guest.room] or {}
    rooms[guest.room][guest] = true
    tell(guest.room, "* %s is in %s (worker %d)", guest.name, guest.room, cluster.worker.id)
    welcome(guest)
end)

local server = net.createServer(function(socket)
    local guest = { socket = socket, name = "guest" .. socket.remotePort, text = "", at = 1 }
    say(guest, "* welcome, %s; /join ROOM", guest.name)
    welcome(guest)
end)

server:on("error", function(err)
    console.error("cannot listen: %s; PORT and HOST change it", err.message)
    process.exit(CANNOT_LISTEN)
end)
server:listen(PORT, HOST)
