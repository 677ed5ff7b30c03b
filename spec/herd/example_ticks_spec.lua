--- scripts/examples/ticks.lua: players on UDP, and what they notice of a worker's death.
local dgram = require("moonherd.dgram")
local herd = require("spec.support.herd")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local TICKS = sys.readlink("/proc/self/cwd") .. "/scripts/examples/ticks.lua"

local open = {}

local function start(workers)
    local game = herd.start({
        file = TICKS,
        env = { HOST = "127.0.0.1", PORT = "0", WORKERS = tostring(workers), TICK = "20" },
    })
    herd.expect_count(game, "arena %d is open", workers)
    return game, tonumber(game:expect("the lobby is on port (%d+)"))
end

--- A player: `heard` is the last datagram, `send` sends one to a port.
local function player(game, name)
    local self = { heard = "", tick = 0 }
    local socket = dgram.createSocket("udp4")
    open[#open + 1] = socket
    socket:on("message", function(text)
        self.heard = text
        self.tick = tonumber(text:match("^tick (%d+)")) or self.tick
    end)
    function self.send(text, port)
        socket:send(text, port, "127.0.0.1")
    end
    --- Asks the lobby, again and again as UDP wants it.
    function self.join(lobby)
        wait(function()
            self.send("join " .. name, lobby)
            game:_read_some()
            self.arena, self.port = self.heard:match("^arena (%d+) (%d+)$")
            return self.arena
        end, 10, "the lobby's answer")
        self.port = tonumber(self.port)
    end
    function self.expect(pattern, seconds)
        return wait(function()
            game:_read_some()
            return self.heard:match(pattern)
        end, seconds, ("%q of %s"):format(pattern, name))
    end
    --- Moves until it is seen there: a datagram may be lost.
    function self.move(x, y)
        self.send(("move %s %d %d"):format(name, x, y), self.port)
    end
    return self
end

describe("ticks.lua", function()
    after_each(function()
        for _, socket in ipairs(open) do
            socket:close()
        end
        open = {}
        wait.drain()
        herd.cleanup()
    end)

    it("spreads players over four arenas, and tells each who is where, tick by tick", function()
        local game, lobby = start(4)
        local arenas, players = {}, {}
        for i = 1, 8 do
            players[i] = player(game, "p" .. i)
            players[i].join(lobby)
            arenas[players[i].arena] = (arenas[players[i].arena] or 0) + 1
            players[i].move(1, 0)
            players[i].expect(("p%d 1,0"):format(i))
        end
        assert.same({ ["1"] = 2, ["2"] = 2, ["3"] = 2, ["4"] = 2 }, arenas)
        for i = 1, 8 do
            for k = 1, 8 do
                if players[k].arena == players[i].arena then
                    players[i].expect(("p%d 1,0"):format(k)) -- the other one there
                end
            end
        end
        players[3].move(0, 1)
        players[3].move(0, 1)
        players[3].move(-1, 1)
        players[3].expect("p3 0,3")
        local tick = players[3].tick
        wait(function()
            game:_read_some()
            return players[3].tick >= tick + 5
        end, 5, "five ticks")
        assert.equal("", game:text("stderr"))
    end)

    it("goes on with an arena whose worker is killed, on its port, from the tick before", function()
        local game, lobby = start(4)
        local ann, bob = player(game, "ann"), player(game, "bob")
        ann.join(lobby)
        bob.join(lobby)
        assert.are_not.equal(ann.arena, bob.arena)
        for _ = 1, 5 do ann.move(1, 1) end
        ann.expect("ann 5,5")
        bob.move(0, 1)
        bob.expect("bob 0,1")
        for round = 1, 3 do
            local tick = ann.tick
            wait(function() -- the master has heard of where ann is
                game:_read_some()
                return ann.tick >= tick + 3
            end, 5, "three ticks")
            local pid
            for number, found in game:text():gmatch("arena (%d) is open on port %d+ %(pid (%d+)%)") do
                pid = number == ann.arena and found or pid
            end
            herd.kill(pid)
            herd.expect_count(game, "another takes over", round)
            herd.expect_count(game, "arena %d is open", 4 + round)
            ann.heard = ""
            ann.expect("ann 5,5") -- to the old port, without a word from her
            assert.is_true(ann.tick > tick)
        end
        ann.move(1, 0)
        ann.expect("ann 6,5")
        bob.move(0, 1)
        bob.expect("bob 0,2")
    end)

    it("says where it has no lobby, and ends", function()
        local _, lobby = start(1)
        local done = herd.start({ file = TICKS, env = { HOST = "127.0.0.1", PORT = tostring(lobby) } }):wait_closed(20)
        assert.equal(1, done.code)
        assert.equal(("no lobby: bind EADDRINUSE 127.0.0.1:%d; PORT and HOST change it\n"):format(lobby), done.stderr)
    end)

    it("forgets who is silent, and does not mind nonsense and floods", function()
        local game, lobby = start(2)
        local ann = player(game, "ann")
        ann.join(lobby)
        ann.move(1, 0)
        ann.expect("ann 1,0")
        local JUNK = { "", "join", "join two words", "move", "move ann 9 9", "move ann 1 0 x", ("x"):rep(60000) }
        for _, junk in ipairs(JUNK) do
            ann.send(junk, lobby)
            ann.send(junk, ann.port)
        end
        for _ = 1, 2000 do
            ann.send("join ann", lobby)
            ann.send("move eve 2 2", ann.port)
        end
        local x = wait(function()
            game:_read_some()
            ann.move(1, 0) -- one may be lost in the flood
            local x = tonumber(ann.heard:match("^tick %d+ ann (%d+),0$")) -- no eve: she never joined
            return x and x > 1 and x
        end, 10, "ann's next move")
        local eve = player(game, "eve")
        eve.port = ann.port
        for _ = 1, 5 do eve.send("move ann 0 1", ann.port) end -- somebody else's
        ann.move(0, -1)
        ann.expect(("ann %%d+,%%-1"):format(x))
        assert.equal("", game:text("stderr"))
    end)
end)
