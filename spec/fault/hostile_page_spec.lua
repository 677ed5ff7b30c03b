--- A worker that scribbles over its health page, and connections that a worker does not take.
local herd = require("spec.support.herd")
local http = require("spec.support.http")

-- `page` is a pointer to the words of the worker's page.
local PAGE = [[
    local ffi = require "ffi"
    local page
    for line in io.lines("/proc/self/maps") do
        local from = line:match("^(%x+)%-%x+ rw%-s .*moonherd%-health")
        if from then page = ffi.cast("uint32_t *", ffi.cast("uintptr_t", tonumber(from, 16))) end
    end
    assert(page, "no health page")
]]

local HERD = [[
    if cluster.isPrimary then
        cluster.guard { workers = 2, respawn = { delay = 0 }, breaker = false,
            heartbeat = { interval = 2000, misses = 3 }, stop = { grace = 500 } }
        cluster.on("listening", function(w, address) say("listening", w.id, address.port) end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) end)
        process.on("SIGUSR1", function() cluster.workers[1]:send("scribble") end)
        setInterval(function()
            for _, w in pairs(cluster.workers) do
                local facts = w:facts()
                assert(facts == nil or type(facts.busyFor) == "number")
            end
        end, 10)
        return
    end
]] .. PAGE .. [[
    process.on("message", function()
        SCRIBBLE
        process.send("scribbled", function() say("scribbled") end)
    end)
    require("http").createServer(function(req, res)
        res:end_("worker " .. cluster.worker.id)
    end):listen(0, "127.0.0.1")
]]

local function start(scribble)
    local master = herd.start((HERD:gsub("SCRIBBLE", function()
        return scribble
    end)))
    local port = tonumber((master:expect("listening 1 (%d+)\n")))
    master:expect("listening 2 %d+\n")
    master:kill("SIGUSR1")
    return master, port
end

describe("a worker that writes over its whole page", function()
    after_each(herd.cleanup)

    for what, scribble in pairs {
        zeros = "for i = 0, 1023 do page[i] = 0 end",
        ones = "for i = 0, 1023 do page[i] = 0xffffffff end",
        ["what looks like claims"] = "for i = 0, 1023 do page[i] = i * 4 + 2 end",
        ["what looks like refusals"] = "for i = 0, 1023 do page[i] = i * 4 + 3 end",
        ["a new pattern every millisecond"] = [[
            local n = 0
            setInterval(function()
                n = n + 1
                for i = 0, 1023 do page[i] = n * 2654435761 % 4294967296 + i end
            end, 1)
        ]],
    } do
        it("with " .. what .. " harms nobody but itself and those it serves", function()
            local master, port = start(scribble)
            master:expect("scribbled\n")
            -- Connections that the scribbler was to have may be lost; from the other worker there are answers.
            local answered = 0
            for _ = 1, 40 do
                local client = http.connect(port)
                client:send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                local ok, answer = pcall(client.response, client, 2)
                answered = answered + (ok and answer and answer.body == "worker 2" and 1 or 0)
                client:close()
                if answered >= 5 then break end
            end
            assert.is_true(answered >= 5, answered .. " answers")
            assert.is_true(master:is_running())
            master:kill("SIGTERM")
            local done = master:wait_closed()
            assert.equal(0, done.code, done.stderr)
            assert.is_nil(done.stderr:find("uncaught"), done.stderr)
        end)
    end

    it("cannot make it smaller or larger under the master's hands", function()
        local master, port = start([[
            ffi.cdef "int ftruncate(int fd, long size);"
            for fd = 0, 63 do ffi.C.ftruncate(fd, 0) ffi.C.ftruncate(fd, 8192) end
        ]])
        master:expect("scribbled\n")
        assert.truthy(http.get(port).body:find("^worker %d"))
        master:kill("SIGTERM")
        assert.equal(0, master:wait_closed().code)
    end)
end)
