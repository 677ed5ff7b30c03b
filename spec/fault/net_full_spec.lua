local http = require("spec.support.http")
local leaks = require("spec.support.leaks")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local LIMIT = 40
local CLIENTS = 60

-- A shell that lowers its limit of descriptors and becomes the program.
local function start()
    return proc.start({
        command = "/bin/sh", "-c", ("ulimit -n %d; exec \"$0\" spec/fixtures/net_full.lua"):format(LIMIT), proc.bin,
    })
end

local function answers(client, word)
    client:send(word)
    return client:read(#word, 10) == word
end

describe("a server that runs out of descriptors", function()
    after_each(function()
        http.cleanup()
        proc.cleanup()
    end)

    it("lets the rest wait, does not spin, and serves them when there is room", function()
        local server = start()
        local port = tonumber(server:expect("port (%d+)"))
        local asker = http.connect(port)
        assert.is_true(answers(asker, "hello"))
        local clients = {}
        for i = 1, CLIENTS do
            clients[i] = http.connect(port)
        end
        server:expect("full EMFILE")
        local fds = leaks.count(leaks.fds(server.pid))
        assert.is_true(fds >= LIMIT - 1, "it holds " .. fds)

        -- While it is full: those inside are served, and the loop rests.
        assert.is_true(answers(clients[1], "inside"))
        local function turns()
            asker:send("turns")
            return tonumber(asker:read(1, 5) .. asker:_take(#asker.buffer))
        end
        local before = turns()
        local late = wait.deadline(0.5)
        while not late() do
            sys.sleep(0.05)
        end
        local spent = turns() - before
        assert.is_true(spent < 20, spent .. " turns of a loop that had nothing to do")

        -- Each that goes makes room for another; in the end all have been served.
        for i = 1, CLIENTS do
            assert.is_true(answers(clients[i], "client " .. i), "client " .. i)
            clients[i]:close()
        end
        assert.is_true(answers(asker, "goodbye"))
        server:kill("SIGTERM")
        local done = server:wait(5)
        assert.equal(0, done.code)
        assert.equal("", done.stderr)
    end)
end)
