--- A peer that asks and answers what nobody asked: nothing of the other end breaks, and nothing is held for it.
local herd = require("spec.support.herd")

-- Worker 1 writes `ATTACK` to its channel as internal messages, worker 2 answers; the master asks both.
local HERD = [[
    local async = require "async"
    if cluster.isPrimary then
        cluster.setupPrimary { ipc = { requests = 50 } }
        local first, second = cluster.fork(), cluster.fork()
        first:onRequest(function(message) return message end)
        cluster.on("message", function(_, message)
            if message ~= "over" then say("message", message) end
        end)
        process.on("uncaughtException", function(err) say("uncaught", tostring(err)) end)
        async.run(function()
            assert(second:request("ready"))
            local over = async.run(function() return async.once(first, "message", 10000) end)
            local tasks = {}
            for i = 1, 5 do
                tasks[i] = async.run(function()
                    local answer, err = first:request("attack", 1000)
                    return err and tostring(err.code) or type(answer), err
                end)
            end
            local codes = {}
            local words
            for i, task in ipairs(tasks) do
                codes[i], words = task:wait()
            end
            over:wait()
            table.sort(codes)
            say("asked", table.concat(codes, " "))
            if words then say("words", #words.message, type(words.name), type(words.code), type(words.remoteStack)) end
            if first:isConnected() then
                local facts = first.process.channel:requests()
                say("facts", facts.pending, facts.serving, facts.stray)
            end
            say("second", (second:request("x", 5000)))
            first:kill("SIGKILL")
            second:disconnect()
        end)
        return
    end
    if cluster.worker.id == 2 then
        return process.onRequest(function() return "answers" end)
    end
    local ffi = require "ffi"
    local bit = require "bit"
    local encode = require("string.buffer").encode
    ffi.cdef "ssize_t write(int fd, const void *bytes, size_t count);"
    local fd = process.channel.fd
    local function u32(n)
        return string.char(bit.band(n, 255), bit.band(bit.rshift(n, 8), 255), bit.band(bit.rshift(n, 16), 255),
            bit.band(bit.rshift(n, 24), 255))
    end
    local function say_internally(value)
        local payload = encode(value)
        local bytes = u32(#payload) .. string.char(3, 0) .. "hm" .. payload
        while #bytes > 0 do
            local count = tonumber(ffi.C.write(fd, bytes, #bytes))
            if count > 0 then
                bytes = bytes:sub(count + 1)
            elseif ffi.errno() ~= 11 then
                return
            end
        end
    end
    local function answer(id, body, err)
        say_internally({ cmd = "MOONHERD_ANSWER", id = id, body = body, err = err })
    end
    local function ask(id, body) say_internally({ cmd = "MOONHERD_REQUEST", id = id, body = body }) end
    -- Never answered by the handler: the attack does.
    process.onRequest(function() async.once(require("events").EventEmitter(), "never") end)
    setTimeout(function()
        ATTACK
        process.send("over")
    end, 100)
    setInterval(function() end, 1000)
]]

local TIMEOUTS = "asked ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT"

local ATTACKS = {
    ["answers that nobody waits for"] = {
        "for id = 100, 199 do answer(id, 'x') end",
        { TIMEOUTS, "facts 0 0 100" },
    },
    ["an answer twice"] = {
        "for _ = 1, 3 do for id = 1, 5 do answer(id, 'x') end end",
        { "asked string string string string string", "facts 0 0 10" },
    },
    ["numbers that are none"] = {
        "for _, id in ipairs { 'x', true, {}, -1, 0, 0.5, 2^60, 1/0, 0/0, '1' } do answer(id, 'x') ask(id, 'x') end "
            .. "say_internally({ cmd = 'MOONHERD_ANSWER' }) say_internally({ cmd = 'MOONHERD_REQUEST' })",
        { TIMEOUTS, "facts 0 0 16" },
    },
    ["errors of the wrong type"] = {
        "answer(1, nil, true) answer(2, nil, 'text') answer(3, nil, {}) "
            .. "answer(4, 'both', { message = {}, name = 5, code = true, stack = {} }) answer(5, nil, { code = 7.5 })",
        { "facts 0 0 0" },
    },
    ["an error of many words"] = {
        "for id = 1, 5 do answer(id, nil, { message = ('x'):rep(1e6), name = ('n'):rep(1e6), code = ('c'):rep(1e6), "
            .. "stack = ('s'):rep(1e6) }) end",
        { "facts 0 0 0" },
    },
    ["messages that are almost ours"] = {
        "say_internally('MOONHERD_REQUEST') say_internally(5) say_internally({ cmd = 'MOONHERD_' }) "
            .. "say_internally({ 'MOONHERD_REQUEST' }) say_internally({ cmd = { 'MOONHERD_REQUEST' } })",
        { TIMEOUTS, "facts 0 0 0" },
    },
    ["a flood of requests"] = {
        "for id = 1, 20000 do ask(id, 'x') end",
        { TIMEOUTS, "facts 0 0 0" },
    },
}

describe("a peer that sends", function()
    after_each(herd.cleanup)

    for name, attack in pairs(ATTACKS) do
        it(name, function()
            local done = herd.run((HERD:gsub("ATTACK", function() return attack[1] end)), 20)
            assert.equal(0, done.code, done.stderr)
            assert.equal("", done.stderr)
            local lines = herd.lines(done)
            for _, line in ipairs(attack[2]) do
                assert.is_truthy(("\n" .. done.stdout):find("\n" .. line .. "\n", 1, true), done.stdout)
            end
            assert.equal("second answers", lines[#lines])
            for _, line in ipairs(lines) do
                assert.is_nil(line:find("^message") or line:find("^uncaught"), line)
                local length = line:match("^words (%d+)")
                assert.is_true(not length or tonumber(length) < 5000, line)
            end
        end)
    end
end)

describe("a worker that asks without end", function()
    after_each(herd.cleanup)

    it("is answered as far as the ceiling, and told of the rest", function()
        local done = herd.run([[
            local async = require "async"
            if cluster.isPrimary then
                cluster.setupPrimary { ipc = { requests = 10 } }
                local worker = cluster.fork()
                local open = 0
                worker:onRequest(function()
                    open = open + 1
                    async.once(cluster, "let go")
                    return open
                end)
                return worker:on("message", function(message)
                    say(message)
                    cluster.emit("let go")
                    if message == "end" then worker:disconnect() end
                end)
            end
            async.run(function()
                local refused, answered = 0, 0
                local tasks = {}
                for i = 1, 1000 do
                    tasks[i] = async.run(function()
                        local answer, err = process.request(i, 5000)
                        answered = answered + (answer and 1 or 0)
                        refused = refused + (err and err.code == "ERR_IPC_TOO_MANY_REQUESTS" and 1 or 0)
                    end)
                end
                async.sleep(1)
                process.send("refused " .. refused)
                for _, task in ipairs(tasks) do task:wait() end
                process.send("answered " .. answered)
                process.send("end")
            end)
        ]], 20)
        assert.equal("", done.stderr)
        assert.same({ "refused 990", "answered 10", "end" }, herd.lines(done))
    end)
end)
