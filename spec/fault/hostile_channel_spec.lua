--- A worker that says on its channel what no worker says: it is cut off and named, and nothing else breaks.
local herd = require("spec.support.herd")
local sys = require("spec.support.sys")

-- Workers 1 and 2; worker 1 attacks when told, worker 2 answers. `raw` writes bytes to the channel.
local HERD = [[
    if cluster.isPrimary then
        cluster.guard { workers = 2, respawn = { delay = 0 }, breaker = false,
            heartbeat = { interval = 500, misses = 3 }, stop = { grace = 500 } }
        cluster.on("message", function(w, message)
            if message == "up" then
                say("up", w.id)
            elseif message == "echo" then
                say("echo", w.id)
            end
        end)
        cluster.on("disconnect", function(w) say("disconnect", w.id) end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) end)
        process.on("SIGUSR1", function() cluster.workers[1]:send("attack") end)
        process.on("SIGUSR2", function()
            for _, w in pairs(cluster.workers) do w:send("echo") end
        end)
        return
    end
    local ffi = require "ffi"
    local bit = require "bit"
    ffi.cdef "ssize_t write(int fd, const void *bytes, size_t count); int close(int fd); int dup(int fd);"
    local channel_fd = process.channel.fd
    local function raw(bytes)
        while #bytes > 0 do
            local count = tonumber(ffi.C.write(channel_fd, bytes, #bytes))
            if count > 0 then
                bytes = bytes:sub(count + 1)
            elseif ffi.errno() ~= 11 then
                return false
            end
        end
        return true
    end
    local function u32(n)
        return string.char(bit.band(n, 255), bit.band(bit.rshift(n, 8), 255), bit.band(bit.rshift(n, 16), 255),
            bit.band(bit.rshift(n, 24), 255))
    end
    local function frame(type, payload, length, fds)
        return u32(length or #payload) .. string.char(type, fds or 0) .. "hm" .. payload
    end
    local function stay() setInterval(function() end, 1000) end
    process.on("message", function(message)
        if message == "attack" then
            ATTACK
        else
            process.send(message)
        end
    end)
    process.send("up")
]]

-- `look`, if given, is called with the master before the attack; its result is the second.
local function start(attack, look)
    local master = herd.start((HERD:gsub("ATTACK", function()
        return attack
    end)))
    master:expect("up 1\n")
    master:expect("up 2\n")
    local seen = look and look(master)
    master:kill("SIGUSR1")
    return master, seen
end

-- The others still answer, and the master ends in order.
local function check_rest(master)
    master:forget()
    master:kill("SIGUSR2")
    master:expect("echo 2\n")
    master:kill("SIGTERM")
    local done = master:wait_closed()
    assert.equal(0, done.code, done.stderr)
    assert.is_nil(done.stderr:find("uncaught", 1, true), done.stderr)
end

--- The most memory a process ever had, in bytes.
local function peak(master)
    local status = sys.slurp(("/proc/%d/status"):format(master.pid))
    return tonumber(status:match("VmHWM:%s+(%d+) kB")) * 1024
end

local CALM = 100 * 2 ^ 20 -- what none of these may make the master grow by

local bomb = "10, 255, 0, 0, 0, 8" -- a list of 2^27 elements, as string.buffer writes it

local CUT_OFF = {
    { "a wrong magic", "raw('GET / HTTP/1.1\\r\\n\\r\\n')" },
    { "zeros", "raw(('\\0'):rep(4096))" },
    { "a frame of 4 GiB", "raw(frame(2, 'x', 0xffffffff))" },
    { "a frame one byte over the limit", "raw(frame(2, 'x', 64 * 1024 * 1024 + 65))" },
    { "an unknown type", "raw(frame(99, 'x'))" },
    { "type 0", "raw(frame(0, 'x'))" },
    { "an offer, which is the master's to make", "raw(frame(6, ('\\0'):rep(12)))" },
    { "another version", "raw(frame(1, u32(77)))" },
    { "a hello of the wrong size", "raw(frame(1, 'x'))" },
    { "a ping of the wrong size", "raw(frame(4, 'x'))" },
    { "descriptors that are not there", "raw(frame(2, 'x', nil, 3))" },
    { "more descriptors than a frame may have", "raw(frame(2, 'x', nil, 200))" },
    { "33 bytes that claim 2^27 elements", "raw(frame(2, string.char(" .. bomb .. ") .. ('\\0'):rep(27)))" },
    { "the same as an internal message", "raw(frame(3, string.char(" .. bomb .. ") .. ('\\0'):rep(27)))" },
    { "a string longer than its frame", "raw(frame(2, string.char(255, 255, 255, 255, 127)))" },
    { "nesting without end", "raw(frame(2, ('\\10\\1'):rep(100000)))" },
    { "one level of nesting too many", "raw(frame(2, ('\\12\\2'):rep(100) .. '\\8'))" },
    { "a key twice in one table", "raw(frame(2, '\\9\\2\\1\\2\\1\\2'))" },
    { "the same behind a good message", "raw(frame(2, '\\36echo') .. frame(2, '\\9\\2\\1\\2\\1\\2'))" },
    { "light userdata", "raw(frame(2, '\\5\\1\\2\\3\\4\\5\\6\\7\\0'))" },
    { "an empty payload", "raw(frame(2, ''))" },
    { "two values in one frame", "raw(frame(2, '\\1\\1'))" },
    { "random bytes", "raw(frame(2, ('\\147\\9\\200\\1\\77\\255\\13\\8\\9\\254'):rep(50)))" },
    { "garbage behind a good frame", "process.send('echo') setImmediate(function() raw('garbage!garbage!') end)" },
}

describe("a worker that sends", function()
    after_each(herd.cleanup)

    for _, attack in ipairs(CUT_OFF) do
        it(attack[1] .. " is cut off and named", function()
            local master, before = start(attack[2], peak)
            local words = master:expect("%(moonherd:%d+%) ([^\n]*process %d+[^\n]*)\n", nil, "stderr")
            assert.truthy(words:find("The channel to worker 1 %(process %d+%) was closed: ."), words)
            master:expect("disconnect 1\n")
            master:expect("exit 1 0\n") -- the worker sees its channel end, and leaves
            master:expect("up 3\n")
            assert.is_true(peak(master) - before < CALM, "the master grew to " .. peak(master))
            check_rest(master)
        end)
    end

    it("half a frame and dies is no cause for a warning", function()
        local master = start("raw(frame(2, 'not all of it', 1000)) process.reallyExit = nil process.exit(4)")
        master:expect("exit 1 4\n")
        master:expect("up 3\n")
        check_rest(master)
        assert.equal("", master:text("stderr"))
    end)

    it("half a frame and no more is a zombie no sooner than one that sends nothing", function()
        local master = start("raw(frame(2, 'not all of it', 1000)) while true do end")
        master:expect("exit 1 SIGKILL\n", 10)
        master:expect("up 3\n")
        check_rest(master)
    end)

    it("a frame byte by byte is understood", function()
        local master = start([[
            local bytes = frame(2, require("string.buffer").encode("echo"))
            for i = 1, #bytes do raw(bytes:sub(i, i)) end
        ]])
        master:expect("echo 1\n")
        check_rest(master)
    end)

    it("descriptors that no frame announces is cut off, and the master keeps none", function()
        local leaks = require("spec.support.leaks")
        local function nulls(master)
            local count = 0
            for _, target in pairs(leaks.fds(master.pid)) do
                count = count + (target == "/dev/null" and 1 or 0)
            end
            return count
        end
        local master, before = start([[
            ffi.cdef "struct iov { const void *base; size_t len; };"
            ffi.cdef [=[struct msg {
                void *name; unsigned namelen; struct iov *iov; size_t iovlen;
                void *control; size_t controllen; int flags;
            };]=]
            ffi.cdef "ssize_t sendmsg(int fd, const struct msg *msg, int flags);"
            local count = 100
            local control = ffi.new("char[?]", 16 + count * 4)
            ffi.cast("size_t *", control)[0] = 16 + count * 4
            ffi.cast("int *", control + 8)[0] = 1
            ffi.cast("int *", control + 12)[0] = 1
            for i = 0, count - 1 do ffi.cast("int *", control + 16)[i] = 0 end
            local bytes = frame(2, "\1")
            local iov = ffi.new("struct iov", { ffi.cast("const void *", bytes), #bytes })
            local msg = ffi.new("struct msg")
            msg.iov, msg.iovlen, msg.control, msg.controllen = iov, 1, control, 16 + count * 4
            assert(ffi.C.sendmsg(channel_fd, msg, 0) == #bytes)
        ]], nulls)
        master:expect("disconnect 1\n")
        master:expect("up 3\n")
        assert.equal(before, nulls(master))
        check_rest(master)
    end)

    it("valid frames without end does not keep the others waiting", function()
        local master = start([[
            local bytes = frame(2, require("string.buffer").encode("noise")):rep(1000)
            while raw(bytes) do end
            stay()
        ]])
        for _ = 1, 3 do
            master:forget()
            master:kill("SIGUSR2")
            master:expect("echo 2\n")
        end
        check_rest(master)
    end)

    it("pings without end and reads no answer costs the master no memory", function()
        local leaks = require("spec.support.leaks")
        local master = start([[
            local bytes = frame(4, "12345678"):rep(4096)
            for _ = 1, 300 do raw(bytes) end
            say("sent")
            while true do end
        ]])
        master:expect("sent\n", 20)
        assert.is_true(leaks.rss(master.pid) < 250 * 1024 * 1024, tostring(leaks.rss(master.pid)))
        master:expect("exit 1 SIGKILL\n", 10)
        check_rest(master)
    end)
end)

describe("a worker whose words to the cluster make no sense", function()
    after_each(herd.cleanup)

    local WORDS = {
        "act = 'queryServer'",
        "act = 'queryServer', port = 70000, addressType = 4",
        "act = 'queryServer', port = 'x', addressType = 4, address = '127.0.0.1'",
        "act = 'queryServer', port = 0, addressType = 4, address = {}",
        "act = 'queryServer', port = 0, addressType = 4, address = 'no address'",
        "act = 'queryServer', port = 0/0, addressType = 4",
        "act = 'queryServer', port = {}, addressType = {}",
        "act = 'queryServer', port = -1, addressType = -1",
        "act = 'queryServer', port = -1, addressType = -1, address = ''",
        "act = 'queryServer', port = -1, addressType = -1, address = ('x'):rep(5000)",
        "act = 'queryServer', port = -1, addressType = -1, address = '/tmp/a\\0b'",
        "act = 'queryServer', port = -1, addressType = -1, address = '/no/such/folder/x', mode = 'x'",
        "act = 'queryServer', port = 0, addressType = 4, backlog = 1e300",
        "act = 'queryServer', port = 0, addressType = 4, backlog = 'x', flags = {}",
        "act = 'queryServer', fd = -1",
        "act = 'queryServer', fd = 2 ^ 40",
        "act = 'queryServer', fd = 'x'",
        "act = 'queryServer', fd = 0.5",
        "act = 'queryServer', fd = 1",
        "act = 'queryServer', fd = 4000",
        "act = 'listening', address = {}, port = {}, addressType = {}",
        "act = 'leaving', cause = 0/0",
        "act = 'leaving', cause = {}",
        "act = 'close', key = 0/0",
        "act = 'exitedAfterDisconnect', seq = {}",
        "ack = 0/0",
        "act = 'online'",
    }
    for _, words in ipairs(WORDS) do
        it("harms nobody but itself: " .. words, function()
            local master = start(([[
                require("moonherd.channel").sendInternal(process, { cmd = "NODE_CLUSTER", seq = 5, %s })
                setTimeout(function() process.send("echo") process.exit(3) end, 1)
            ]]):format(words))
            master:expect("exit 1 [03]\n")
            master:expect("up 3\n")
            check_rest(master)
        end)
    end

    -- What the two ends say of sockets that travel, see channel/luggage.
    for _, words in ipairs({
        "cmd = 'MOONHERD_SOCKET'",
        "cmd = 'MOONHERD_SOCKET', number = {}, key = 'x', unread = 5",
        "cmd = 'MOONHERD_SOCKET', number = 1, key = 0/0, unread = {}",
        "cmd = 'MOONHERD_SOCKET', number = 1, key = 2 ^ 60, unread = ('x'):rep(2 ^ 20)",
        "cmd = 'NODE_SOCKET_GET_COUNT'",
        "cmd = 'NODE_SOCKET_GET_COUNT', key = 1e300",
        "cmd = 'NODE_SOCKET_COUNT', key = 1, count = {}",
        "cmd = 'NODE_SOCKET_COUNT', key = -1, count = 0/0",
        "cmd = 'NODE_SOCKET_NOTIFY_CLOSE', key = 7",
        "cmd = 'NODE_SOCKET_ALL_CLOSED', key = 7",
        "cmd = 5, key = 7",
    }) do
        it("harms nobody, not even itself: " .. words, function()
            local master = start(([[
                require("moonherd.channel").sendInternal(process, { %s })
                process.send("echo")
            ]]):format(words))
            master:expect("echo 1\n")
            assert.equal(0, herd.count(master, "disconnect 1"))
            check_rest(master)
        end)
    end

    it("gets no descriptor of the master's that is no listening socket", function()
        local master = start([[
            local found = 0
            for fd = 0, 40 do
                require("moonherd.channel").sendInternal(process,
                    { cmd = "NODE_CLUSTER", act = "queryServer", seq = 100000 + fd, index = 0, fd = fd })
            end
            process.on("internalMessage", function(message, fds)
                if message.ack and message.ack >= 100000 then
                    if not message.code then say("got", message.ack - 100000) end
                    found = found + 1
                    if found == 41 then say("asked for all") end
                end
            end)
        ]])
        master:expect("asked for all\n")
        assert.equal(0, herd.count(master, "got %d"))
        check_rest(master)
    end)

    it("gets 1024 addresses and no more", function()
        local master = start([[
            local asked, refused = 1100, {}
            for index = 1, asked do
                require("moonherd.channel").sendInternal(process, { cmd = "NODE_CLUSTER", act = "queryServer",
                    seq = 100000 + index, index = index, port = 0, address = "127.0.0.1", addressType = 4 })
            end
            process.on("internalMessage", function(message)
                if not message.ack or message.ack < 100000 then return end
                if message.code then refused[#refused + 1] = message.code end
                asked = asked - 1
                if asked == 0 then say("refused", #refused, refused[1]) process.exit(3) end
            end)
        ]])
        master:expect("refused %d+ EMFILE\n")
        master:expect("exit 1 3\n")
        check_rest(master)
    end)
end)
