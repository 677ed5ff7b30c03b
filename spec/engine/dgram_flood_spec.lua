--- UDP floods: what the kernel did not drop is delivered, once, and nobody else is starved meanwhile (node-api DG-06).
local calls = require("spec.support.calls")
local dgram = require("moonherd.dgram")
local leaks = require("spec.support.leaks")
local timers = require("moonherd.timers")
local udp = require("spec.support.udp")
local wait = require("spec.support.wait")

describe("a flood of datagrams", function()
    local before
    local open = {}

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        for _, socket in ipairs(open) do
            socket:close()
        end
        open = {}
        wait.drain()
        leaks.check(before)
    end)

    local function bound(on_message)
        local socket = dgram.createSocket("udp4", on_message)
        open[#open + 1] = socket
        socket:bind(0, "127.0.0.1", calls.must())
        wait(calls.done, 5, "listening")
        return socket, socket:address().port
    end

    it("loses only what the kernel dropped, and keeps the order", function()
        local received, last = 0, 0
        local socket, port = bound(function(text)
            local number = tonumber(text)
            assert.is_true(number > last, "out of order, or twice")
            received, last = received + 1, number
        end)
        socket:setRecvBufferSize(65536)
        local client = bound()
        local SENT = 3000
        for i = 1, SENT do
            client:send(tostring(i), port, "127.0.0.1") -- all before the receiver has a turn
        end
        local dropped = udp.drops(port)
        assert.is_true(dropped > 0 and dropped < SENT, dropped .. " dropped: the test says nothing")
        wait(function() return received + dropped >= SENT end, 10, "all that was not dropped")
        wait.turn()
        assert.equal(SENT, received + dropped)
        assert.equal(dropped, udp.drops(port))
    end)

    it("without an end leaves timers, immediates and other sockets their turns", function()
        local flooded, circling = 0, true
        local circle, circle_port
        circle, circle_port = bound(function(text)
            flooded = flooded + 1
            if circling then
                circle:send(text, circle_port, "127.0.0.1")
            end
        end)
        local heard, immediates, fired = false, 0, false
        local _, quiet_port = bound(function() heard = true end)
        for i = 1, 100 do -- more than a batch: there is always more to receive
            circle:send(tostring(i), circle_port, "127.0.0.1")
        end
        wait(function() return flooded > 1000 end, 10, "the flood")
        local function again()
            immediates = immediates + 1
            if immediates < 10 then
                timers.setImmediate(again)
            end
        end
        again()
        timers.setTimeout(function() fired = true end, 1)
        circle:send("hello", quiet_port, "127.0.0.1")
        wait(function() return heard and fired and immediates == 10 end, 10, "everybody else")
        local so_far = flooded
        wait(function() return flooded > so_far end, 10, "the flood to go on")
        circling = false
    end)

    it("of what one listener sends back is not lost where the kernel makes it wait", function()
        local echo, port
        echo, port = bound(function(text, from) echo:send(text, from.port, from.address) end)
        local heard, count = {}, 0
        local client
        client = bound(function(text)
            assert.is_nil(heard[text])
            heard[text], count = true, count + 1
            if count + 50 <= 5000 then
                client:send(tostring(count + 50), port, "127.0.0.1") -- fifty are always on their way
            end
        end)
        for i = 1, 50 do
            client:send(tostring(i), port, "127.0.0.1")
        end
        wait(function() return count == 5000 end, 30, "every answer")
    end)
end)
