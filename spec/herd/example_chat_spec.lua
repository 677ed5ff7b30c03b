--- scripts/examples/chat.lua: connections that move between workers, and lose nothing on the way.
local herd = require("spec.support.herd")
local http = require("spec.support.http")
local sys = require("spec.support.sys")

local CHAT = sys.readlink("/proc/self/cwd") .. "/scripts/examples/chat.lua"

local function start(workers)
    local chat = herd.start({ file = CHAT, env = { HOST = "127.0.0.1", PORT = "0", WORKERS = tostring(workers) } })
    herd.expect_count(chat, "takes guests on port %d+", workers)
    return chat, tonumber(chat:text():match("takes guests on port (%d+)"))
end

local function guest(port, name)
    local client = http.connect(port)
    client:read_until("; /join ROOM\n")
    client:send("/name " .. name .. "\n")
    client:read_until("* you are " .. name .. "\n")
    return client
end

--- Joins a room; returns the worker that has it.
local function joined(client, name, room)
    client:send("/join " .. room .. "\n")
    local line = client:read_until(("* %s is in %s (worker "):format(name, room)) .. client:read_until(")\n")
    return tonumber(line:match("%(worker (%d+)%)\n$"))
end

describe("chat.lua", function()
    after_each(herd.cleanup)

    it("brings people of one room together, wherever their connections came in", function()
        local chat, port = start(3)
        local names, clients, workers = { "ann", "bob", "eve", "joe", "kim", "lea" }, {}, {}
        for i, name in ipairs(names) do
            clients[i] = guest(port, name)
            workers[i] = joined(clients[i], name, "tea")
        end
        for i = 2, #names do
            assert.equal(workers[1], workers[i])
        end
        clients[4]:send("hello everybody\n")
        for _, client in ipairs(clients) do
            client:read_until("joe: hello everybody\n")
        end
        clients[1]:send("/quit\n")
        assert.matches("%* goodbye\n$", clients[1]:read_to_end())
        clients[2]:read_until("* ann has left tea\n")
        clients[3]:close()
        clients[2]:read_until("* eve has left tea\n")
        assert.equal("", chat:text("stderr"))
    end)

    it("loses no byte of who talks while being moved, in whatever pieces it comes", function()
        local _, port = start(3)
        local ann = guest(port, "ann")
        local rooms = { "one", "two", "three", "four", "five" }
        local lines, words = {}, 0
        for round = 1, 60 do
            lines[#lines + 1] = ("/join %s\n"):format(rooms[round % #rooms + 1])
            for _ = 1, round % 7 do
                words = words + 1
                lines[#lines + 1] = ("word %d %s\n"):format(words, ("x"):rep(words % 50))
            end
        end
        local text = table.concat(lines)
        local at = 1
        for size in ("1 3 700 20 1 1 64 2000 5"):rep(40, " "):gmatch("%d+") do
            ann:send(text:sub(at, at + tonumber(size) - 1))
            at = at + tonumber(size)
        end
        ann:send(text:sub(at))
        ann:send("/quit\n")
        local heard = {}
        for line in ann:read_to_end(30):gmatch("ann: word ([^\n]*)\n") do
            heard[#heard + 1] = line
        end
        assert.equal(words, #heard)
        for i = 1, words do
            assert.equal(("%d %s"):format(i, ("x"):rep(i % 50)), heard[i])
        end
    end)

    it("loses the guests of a worker that is killed, and nobody else; its rooms open anew", function()
        local chat, port = start(2)
        local ann, bob = guest(port, "ann"), guest(port, "bob")
        local tea, milk = joined(ann, "ann", "tea"), joined(bob, "bob", "milk")
        assert.are_not.equal(tea, milk)
        local pid = chat:expect(("room tea is in worker %d %%(pid (%%d+)%%)"):format(tea))
        herd.kill(pid)
        ann:read_to_end()
        herd.expect_count(chat, "takes guests on port", 3)
        bob:send("still here\n")
        bob:read_until("bob: still here\n")
        ann = guest(port, "ann")
        assert.is_number(joined(ann, "ann", "tea"))
        ann:send("me too\n")
        ann:read_until("ann: me too\n")
    end)

    it("says where it cannot listen, and ends", function()
        local _, port = start(1)
        local done = herd.start({ file = CHAT, env = { HOST = "127.0.0.1", PORT = tostring(port) } }):wait_closed(20)
        assert.equal(1, done.code)
        assert.matches("cannot listen: [^\n]*EADDRINUSE[^\n]*; PORT and HOST change it\n", done.stderr)
        assert.is_nil(done.stderr:find("traceback", 1, true))
    end)

    it("is not impressed by nonsense, endless lines and floods", function()
        local chat, port = start(2)
        local ann = guest(port, "ann")
        ann:send("hello?\n/nonsense\n/join\n/join a/b\n\n/name \n")
        local TRY, NOBODY = "* try /name", "* nobody hears you"
        for _, answer in ipairs({ NOBODY, TRY, TRY, TRY, NOBODY, TRY }) do
            ann:read_until(answer)
        end
        joined(ann, "ann", "tea")
        local eve = guest(port, "eve")
        eve:send(("x"):rep(5000))
        eve:read_to_end()
        local joe = guest(port, "joe")
        for _ = 1, 20 do
            joe:send(("/join tea\n/join milk\n"):rep(50))
        end
        joe:send("/join tea\nhello\n")
        joe:read_until("joe: hello\n", 20)
        ann:read_until("joe: hello\n", 20)
        for _ = 1, 50 do
            http.connect(port):reset()
        end
        ann:send("still there\n")
        ann:read_until("ann: still there\n")
        assert.equal("", chat:text("stderr"))
    end)
end)
