--- A flood of datagrams to a herd of which one worker is killed and replaced (node-api CL-97, DG-13): the socket is the
--- herd's, so that what waits in it is answered by the others.
local dgram = require("moonherd.dgram")
local herd = require("spec.support.herd")
local sys = require("spec.support.sys")
local udp = require("spec.support.udp")
local wait = require("spec.support.wait")

local AT_LEAST = 10000 -- datagrams
local WINDOW = 150 -- of them are on their way: less than what the kernel has room for
local BATCH = 32 -- what one worker takes at once, at most

describe("UDP under a flood", function()
    local client

    after_each(function()
        client:close()
        wait.drain()
        herd.cleanup()
    end)

    it("loses no more than what a killed worker had in its hands, and the next one joins in", function()
        local master = herd.start([[
            if cluster.isPrimary then
                for _ = 1, 4 do
                    cluster.fork()
                end
                cluster.on("listening", function(w, a) say("listening", w.id, w.process.pid, a.port) end)
                cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) cluster.fork() end)
                return
            end
            local socket = require("dgram").createSocket("udp4")
            socket:on("message", function(text, from)
                socket:send(cluster.worker.id .. " " .. text, from.port, from.address)
            end)
            socket:bind(0, "127.0.0.1")
        ]])
        herd.expect_count(master, "listening %d %d+ %d+\n", 4)
        local victim, port = master:text():match("listening 2 (%d+) (%d+)")
        port = tonumber(port)

        local sent, answered, count, by_worker = 0, {}, 0, {}
        local function send()
            sent = sent + 1
            client:send(tostring(sent), port, "127.0.0.1")
        end
        local flooding = true
        client = dgram.createSocket("udp4", function(text)
            local worker, number = text:match("^(%d+) (%d+)$")
            number = tonumber(number)
            assert.is_nil(answered[number], "answered twice")
            answered[number], count = true, count + 1
            by_worker[worker] = (by_worker[worker] or 0) + 1
            if flooding then
                send()
            end
        end)
        client:bind(0, "127.0.0.1")
        for _ = 1, WINDOW do
            send()
        end
        wait(function() return count > AT_LEAST / 2 and by_worker["2"] end, 30, "half of the flood, by worker 2 too")
        assert(sys.C.kill(tonumber(victim), 9) == 0)
        wait(function() return herd.count(master, "exit 2 SIGKILL") == 1 end, 10, "the worker's end")
        local sent_before = sent
        wait(function()
            return count > AT_LEAST and by_worker["1"] and by_worker["3"] and by_worker["4"] and by_worker["5"]
        end, 30, "the rest, by everybody, the replacement too")
        flooding = false

        --- How many of those from `first` to `last` have no answer.
        local function missing(first, last)
            local unanswered = 0
            for number = first, last do
                unanswered = unanswered + (answered[number] and 0 or 1)
            end
            return unanswered
        end
        local function dropped()
            return udp.drops(port) + udp.drops(client:address().port)
        end
        wait(function() return missing(sent_before + 1, sent) <= dropped() end, 10, "every answer to what came later")
        assert.is_true(missing(1, sent_before) <= BATCH + dropped(), missing(1, sent_before) .. " are lost")
    end)
end)
