-- ticks.lua - a game server on UDP: four arenas, each a worker that moves its players 20 times a second.
--
--     scripts/run scripts/examples/ticks.lua            PORT (7777), HOST, WORKERS (4) and TICK (ms, 50) change it
--
--     join ann              to the port: "arena 2 40123" comes back, the port of the arena with the fewest players
--     move ann 1 0          to that port, as often as you like; each tick "tick 17 ann 3,4 bob 0,1" comes back
--
-- Who says nothing for five seconds has left. Kill a worker: its replacement binds the same port and goes on with the
-- arena as it was a tick ago; players notice a pause. What to look at: the new worker asks its master for the arena by
-- process.request, and the master a worker to let somebody in by worker:request; a datagram may be lost or come twice.

local async = require "async"
local cluster = require "cluster"
local dgram = require "dgram"

local HOST, PORT = process.env.HOST or "127.0.0.1", tonumber(process.env.PORT) or 7777
local WORKERS, TICK = tonumber(process.env.WORKERS) or 4, tonumber(process.env.TICK) or 50
local AWAY = 5000 -- ms of silence after which a player has left
local MAX_PLAYERS = 200 -- in one arena

-- The master: where is who, and what was it like ----------------------------------------------------------------------

if cluster.isPrimary then
    local arenas = {} -- by number: { worker =, port =, players =, tick = }
    local homes = {} -- a player's arena, by name

    local function open(number)
        local worker = cluster.fork()
        worker:onRequest(function() -- "I begin": here is what is known
            local arena = arenas[number] or {}
            return { port = arena.port, players = arena.players, tick = arena.tick }
        end)
        worker:on("message", function(arena)
            if not arenas[number] or arenas[number].worker ~= worker then
                console.log("arena %d is open on port %d (pid %d)", number, arena.port, worker.process.pid)
                for name, home in pairs(homes) do
                    if home == number and not arena.players[name] then
                        homes[name] = nil -- came in the last tick of a worker that died
                    end
                end
            end
            for _, name in ipairs(arena.left) do
                homes[name] = nil
            end
            arena.worker = worker
            arenas[number] = arena
        end)
        worker:on("exit", function(code, signal)
            console.log("arena %d lost its worker (%s): another takes over", number, signal or code)
            setTimeout(open, 20, number)
        end)
    end

    local function emptiest()
        local counts, best = {}, nil
        for _, number in pairs(homes) do
            counts[number] = (counts[number] or 0) + 1
        end
        for number = 1, WORKERS do
            local count = counts[number] or 0
            if arenas[number] and count < MAX_PLAYERS and (not best or count < (counts[best] or 0)) then
                best = number
            end
        end
        return best
    end

    for number = 1, WORKERS do
        open(number)
    end

    local lobby = dgram.createSocket("udp4")
    lobby:on("message", async.wrap(function(text, from)
        local name = text:match("^join (%w+)$")
        local number = name and (homes[name] or emptiest())
        if not number then
            return name and lobby:send("full", from.port, from.address)
        end
        homes[name] = number
        local guest = { name = name, address = from.address, port = from.port }
        if arenas[number].worker:request(guest, 1000) then -- else: ask again, says the silence
            lobby:send(("arena %d %d"):format(number, arenas[number].port), from.port, from.address)
        end
    end))
    lobby:on("error", function(err)
        console.error("no lobby: %s; PORT and HOST change it", err.message)
        process.exit(1)
    end)
    lobby:bind(PORT, HOST, function()
        console.log("the lobby is on port %d", lobby:address().port)
    end)
    return
end

-- A worker: one arena -------------------------------------------------------------------------------------------------

local players = {} -- by name: { x =, y =, address =, port =, heard = the tick of the last word }
local tick = 0
local socket = dgram.createSocket("udp4")

--- Somebody joins, or again from another address.
process.onRequest(function(guest)
    local player = players[guest.name] or { x = 0, y = 0 }
    players[guest.name] = player
    player.address, player.port, player.heard = guest.address, guest.port, tick
    return true
end)

socket:on("message", function(text, from)
    local name, dx, dy = text:match("^move (%w+) (%-?[01]) (%-?[01])$")
    local player = name and players[name]
    if player and player.port == from.port and player.address == from.address then
        player.x, player.y, player.heard = player.x + dx, player.y + dy, tick
    end
end)

--- One step of the game: everybody is told where everybody is, and the master what there is to remember.
local function step()
    tick = tick + 1
    local words, left = { "tick", tick }, {}
    for name, player in pairs(players) do
        if (tick - player.heard) * TICK > AWAY then
            players[name] = nil
            table.insert(left, name)
        else
            table.insert(words, ("%s %d,%d"):format(name, player.x, player.y))
        end
    end
    local text = table.concat(words, " ")
    for _, player in pairs(players) do
        socket:send(text, player.port, player.address)
    end
    process.send({ port = socket:address().port, players = players, tick = tick, left = left })
end

async.run(function()
    local arena = assert(process.request("begin"))
    for name, player in pairs(arena.players or {}) do
        players[name] = players[name] or player
    end
    tick = arena.tick or 0
    -- Exclusive: a socket of its own, not one that all workers share.
    assert(async.call(socket.bind, socket, { port = arena.port or 0, address = HOST, exclusive = true }))
    setInterval(step, TICK)
    step()
end)
