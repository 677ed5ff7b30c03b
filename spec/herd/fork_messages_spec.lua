--- Messages between a process and the one it forked: what travels, in which order, and what is said of the rest.
local files = require("spec.support.files")
local proc = require("spec.support.proc")

--- Runs `master`, which finds the path of a file with `worker` in it as WORKER; both may use `show` and `expect`.
local PRELUDE = [[
local WORKER = process.argv[3]
local cp = require("child_process")
local function expect(wanted, got, what)
    if wanted ~= got then
        error(("%s: wanted %s, got %s"):format(what or "?", tostring(wanted), tostring(got)), 2)
    end
end
]]

local function run(master, worker, options)
    options = options or {}
    options[1] = files.write("master.lua", PRELUDE .. master)
    options[2] = files.write("worker.lua", worker or 'process.on("message", function(m) process.send(m) end)')
    return proc.run(options)
end

local function passes(master, worker, options)
    local done = run(master, worker, options)
    assert.equal("", done.stderr)
    assert.equal(0, done.code)
    return done.stdout
end

describe("a channel", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("brings strings of any size back whole", function()
        local text = passes([[
            local child = cp.fork(WORKER)
            local sizes = { 0, 1, 7, 4096, 65535, 65536, 1000000, 16 * 1024 * 1024, 64 * 1024 * 1024 }
            local at = 1
            local function text(size) return ("0123456789abcdef"):rep(math.ceil(size / 16)):sub(1, size) end
            child:on("message", function(message)
                expect(true, message == text(sizes[at]), "size " .. sizes[at])
                at = at + 1
                if sizes[at] then child:send(text(sizes[at])) else child:disconnect() end
            end)
            child:send(text(0))
            child:on("exit", function(code) print(at, code) end)
        ]], nil, { seconds = 60 }) -- 160 MB go through the channel: a loaded machine takes its time
        assert.equal("10\t0\n", text)
    end)

    it("brings back every sort of value", function()
        local text = passes([[
            local ffi = require("ffi")
            local null = require("json").null
            local values = {
                true, false, 0, -1, 2 ^ 53, 1.5, 1e308, 1 / 0, -1 / 0, "", "a\0b\255",
                9007199254740993LL, 18446744073709551615ULL,
                null, {}, { 1, 2, { 3 } }, { a = { b = { c = "d" } }, [1] = "x", [false] = 1 },
            }
            local function same(a, b)
                if type(a) ~= type(b) then return false end
                if type(a) ~= "table" then return a == b and tostring(a) == tostring(b) end
                for k, v in pairs(a) do if not same(v, b[k]) then return false end end
                for k in pairs(b) do if a[k] == nil then return false end end
                return true
            end
            local child = cp.fork(WORKER)
            local at = 0
            child:on("message", function(message)
                at = at + 1
                if at <= #values then
                    expect(true, same(values[at], message), "value " .. at)
                    return
                end
                expect(true, message ~= message, "NaN")
                child:disconnect()
            end)
            for _, value in ipairs(values) do child:send(value) end
            child:send(0 / 0)
            child:on("exit", function() print(at) end)
        ]])
        assert.equal("18\n", text)
    end)

    it("leaves out what cannot travel: keys of objects, places of lists become null", function()
        passes([[
            local null = require("json").null
            local child = cp.fork(WORKER)
            child:on("message", function(message)
                expect(nil, message.callback)
                expect(nil, message[print])
                expect("kept", message.name)
                expect(3, #message.list)
                expect(null, message.list[2])
                expect(3, message.list[3])
                child:disconnect()
            end)
            local thread = coroutine.create(print)
            child:send({ name = "kept", callback = print, [print] = 1, list = { 1, print, 3 }, thread = thread })
        ]])
    end)

    it("takes a nesting of 100 tables and refuses 101, and cycles, naming where", function()
        passes([[
            local function nest(levels)
                local top = {}
                local t = top
                for _ = 2, levels do t.t = {} t = t.t end
                return top
            end
            local child = cp.fork(WORKER)
            local ok, err = pcall(child.send, child, nest(101))
            expect(false, ok)
            expect("ERR_IPC_UNSENDABLE", err.code)
            expect("message is nested deeper than 100 tables", err.message)
            local cycle = { a = { b = {} } }
            cycle.a.b.back = cycle.a
            ok, err = pcall(child.send, child, cycle)
            expect(false, ok)
            expect("message.a.b.back contains itself", err.message)
            local twice = { x = 1 }
            child:on("message", function(message)
                if message.left then
                    expect(1, message.right.x)
                    child:disconnect()
                end
            end)
            child:send(nest(100))
            child:send({ left = twice, right = twice, f = print })
        ]])
    end)

    it("refuses what cannot be sent as often as it is tried, among what can", function()
        assert.equal("tried\t0\n", passes([[
            local child = cp.fork(WORKER)
            local cycle = { x = 1 }
            cycle.cycle = cycle
            -- Long enough for all of it to be compiled.
            local function try(left)
                for i = 1, 200 do
                    child:send({ i, f = i })
                    child:send({ i, f = print })
                    expect(false, (pcall(child.send, child, cycle)))
                end
                if left > 1 then return setTimeout(try, 1, left - 1) end
                child:disconnect()
            end
            child:on("exit", function(code) print("tried", code) end)
            try(60)
        ]], 'process.on("message", function() end)'))
    end)

    it("tells the messages of one read one by one, whatever listeners do: they throw, queue ticks, send", function()
        local text = passes([[
            local child = cp.fork(WORKER)
            local got = {}
            child:on("message", function(message)
                got[#got + 1] = message
                if message == "end" then
                    print(table.concat(got, " "))
                    child:disconnect()
                end
            end)
            child:on("spawn", function()
                for i = 1, 70 do child:send(i) end -- more than come in one batch
                child:send("end")
            end)
        ]], [[
            process.on("uncaughtException", function(err) process.send("caught" .. err.message) end)
            process.on("message", function(message)
                process.send(message)
                if message == "end" then return end
                if message % 3 == 0 then process.nextTick(process.send, "tick" .. message) end
                if message % 5 == 0 then error({ message = message }, 0) end
            end)
        ]])
        local wanted = {}
        for i = 1, 70 do
            wanted[#wanted + 1] = i
            wanted[#wanted + 1] = i % 5 == 0 and "caught" .. i or nil
            wanted[#wanted + 1] = i % 3 == 0 and "tick" .. i or nil
        end
        assert.equal(table.concat(wanted, " ") .. " end\n", text)
    end)

    it("keeps the order, in bursts of many messages both ways", function()
        passes([[
            local child = cp.fork(WORKER)
            local N = 20000
            local got = 0
            child:on("message", function(message)
                got = got + 1
                expect(got, message.n)
                if got == N then child:disconnect() end
            end)
            for n = 1, N do child:send({ n = n, pad = ("x"):rep(n % 50) }) end
            child:on("exit", function(code) expect(N, got) expect(0, code) end)
        ]])
    end)

    it("says when to pause, and that it goes on", function()
        local text = passes([[
            local child = cp.fork(WORKER)
            local chunk = ("x"):rep(16384)
            local first_false
            local written = 0
            for i = 1, 64 do
                local more = child:send(chunk, function(err) expect(nil, err) written = written + 1 end)
                if not more and not first_false then first_false = i end
            end
            expect(8, first_false, "128 KiB are reached") -- nothing is written before this callback ends
            child:on("message", function() end)
            local t = setInterval(function()
                if written == 64 then
                    expect(true, child:send("more"))
                    child:disconnect()
                    clearInterval(_G.t)
                end
            end, 5)
            _G.t = t
            child:on("exit", function(code) print(code, written) end)
        ]], 'process.on("message", function() end)')
        assert.equal("0\t64\n", text)
    end)

    it("calls back in order, each for its own bytes, never at once", function()
        passes([[
            local child = cp.fork(WORKER)
            local order, here = {}, false
            for i, size in ipairs({ 1, 1000000, 10, 5000000 }) do
                child:send(("x"):rep(size), function(err)
                    expect(true, here, "not from within send")
                    expect(nil, err)
                    order[#order + 1] = i
                    if i == 4 then child:disconnect() end
                end)
            end
            here = true
            child:on("exit", function() expect("1234", table.concat(order)) end)
        ]], 'process.on("message", function() end)')
    end)

    it("accepts its arguments as Node does", function()
        passes([[
            local child = cp.fork(WORKER)
            local function refuses(code, ...)
                local ok, err = pcall(child.send, child, ...)
                expect(false, ok, code)
                expect(code, err.code)
            end
            refuses("ERR_MISSING_ARGS")
            refuses("ERR_MISSING_ARGS", nil)
            refuses("ERR_INVALID_ARG_TYPE", coroutine.create(print))
            refuses("ERR_INVALID_ARG_TYPE", print)
            refuses("ERR_INVALID_ARG_TYPE", io.stdout)
            refuses("ERR_INVALID_ARG_TYPE", require("ffi").new("int[1]"))
            refuses("ERR_INVALID_ARG_TYPE", "x", nil, 5)
            refuses("ERR_INVALID_ARG_TYPE", "x", nil, "options")
            refuses("ERR_INVALID_ARG_TYPE", "x", nil, {}, "callback")
            refuses("ERR_INVALID_HANDLE_TYPE", "x", {})
            refuses("ERR_INVALID_HANDLE_TYPE", "x", "handle")
            local calls = 0
            local function called(err) expect(nil, err) calls = calls + 1 end
            child:send("a", called)
            child:send("b", nil, called)
            child:send("c", nil, {}, called)
            child:send("d", nil, nil, called)
            child:send("e", nil, { keepOpen = true })
            local got = ""
            child:on("message", function(m)
                got = got .. m
                if m == "e" then child:disconnect() end
            end)
            child:on("exit", function() expect("abcde", got) expect(4, calls) end)
        ]])
    end)

    it("keeps what comes before somebody listens, all of it, without a limit on how late", function()
        passes([[
            local child = cp.fork(WORKER)
            local N = 5000 -- more than is kept before reading stops
            child:on("exit", function(code) expect(0, code) end)
            setTimeout(function()
                local got = 0
                child:on("message", function(m)
                    got = got + 1
                    expect(got, m)
                    if got == N then child:disconnect() end
                end)
            end, 300)
        ]], 'for i = 1, 5000 do process.send(i) end process.on("message", function() end)')
    end)

    it("stops delivering what was kept when a listener disconnects or leaves", function()
        passes([[
            local child = cp.fork(WORKER)
            local got = 0
            setTimeout(function()
                child:once("message", function(m)
                    expect(1, m)
                    setTimeout(function()
                        child:on("message", function(n)
                            got = got + 1
                            expect(2, n, "the next one only")
                            child:disconnect()
                        end)
                    end, 20)
                end)
            end, 100)
            child:on("exit", function() expect(1, got) end)
        ]], 'for i = 1, 5 do process.send(i) end process.on("message", function() end)')
    end)

    it("lets the ticks of a message come before the next one, of those that came together too", function()
        local text = passes([[
            local child = cp.fork(WORKER)
            child:on("message", function(m)
                io.write(m, " ")
                process.nextTick(function()
                    io.write("tick", m, " ")
                    process.nextTick(io.write, "last", m, " ")
                end)
            end)
        ]], "for i = 1, 3 do process.send(i) end")
        assert.equal("1 tick1 last1 2 tick2 last2 3 tick3 last3 ", text)
    end)

    it("loses no message when a listener throws", function()
        local done = run([[
            process.on("uncaughtException", function(err) print(tostring(err):match("oops %d")) end)
            local child = cp.fork(WORKER)
            child:on("message", function(m)
                if m == 3 then child:disconnect() end
                error("oops " .. m)
            end)
        ]], 'for i = 1, 3 do process.send(i) end process.on("message", function() end)')
        assert.same({ code = 0, stdout = "oops 1\noops 2\noops 3\n", stderr = "" }, done)
    end)

    it("cuts nothing when the peer is killed in the middle of a message", function()
        local text = passes([[
            local child = cp.fork(WORKER)
            local events, big = {}, ("x"):rep(32 * 1024 * 1024)
            local function note(name)
                return function(...) events[#events + 1] = name .. "(" .. tostring((...)) .. ")" end
            end
            child:on("message", function(m)
                events[#events + 1] = m
                for i = 1, 2 do
                    child:send(big, function(err)
                        events[#events + 1] = "sent " .. i .. ":" .. (err and err.code or "OK")
                    end)
                end
                setTimeout(function() child:kill("SIGKILL") end, 20)
            end)
            for _, name in ipairs({ "disconnect", "exit", "close", "error" }) do child:on(name, note(name)) end
            process.on("exit", function() print(table.concat(events, " ")) end)
        ]], 'process.send("ready") process.on("message", function() while true do end end)')
        -- The first one may have been taken whole; whoever was not, hears it.
        assert.matches("^ready ", text)
        assert.matches("sent 2:E", text)
        assert.matches(" exit%(nil%) close%(nil%)\n$", text)
        assert.equal("ready disconnect(nil) exit(nil) close(nil)\n", (text:gsub(" sent %d:[%u_]+", "")))
    end)

    it("refuses what is over the limits named at fork, and goes on", function()
        passes([[
            local child = cp.fork(WORKER, { ipc = { frameBytes = 1000, queueBytes = 5000, highWaterMark = 100 } })
            local errs = {}
            local function note(err) errs[#errs + 1] = err and err.code or "ok" end
            expect(false, child:send(("x"):rep(1001), note))
            expect(false, child:send(("x"):rep(200), note))
            for _ = 1, 20 do child:send(("x"):rep(900), note) end
            child:once("message", function()
                local count = {}
                for _, code in ipairs(errs) do count[code] = (count[code] or 0) + 1 end
                expect(1, count.ERR_IPC_FRAME_TOO_LARGE)
                expect(true, count.ERR_IPC_QUEUE_FULL > 10)
                expect(22, count.ok + count.ERR_IPC_QUEUE_FULL + count.ERR_IPC_FRAME_TOO_LARGE)
                child:disconnect()
            end)
            setTimeout(function() child:send("last") end, 100)
        ]], [[
            local got = 0
            process.on("message", function(m)
                if m ~= "last" then return end
                -- The limits hold at this end too.
                process.send(("x"):rep(1001), function(err)
                    assert(err.code == "ERR_IPC_FRAME_TOO_LARGE")
                    assert(err.message:find("ipc.frameBytes", 1, true))
                    process.send("done")
                end)
            end)
        ]])
    end)

    it("refuses limits that cannot be kept", function()
        passes([[
            local function refuses(code, ipc)
                local ok, err = pcall(cp.fork, WORKER, { ipc = ipc })
                expect(false, ok)
                expect(code, err.code, err.message)
            end
            refuses("ERR_INVALID_ARG_TYPE", 5)
            refuses("ERR_INVALID_ARG_VALUE", { frameByte = 1000 })
            refuses("ERR_INVALID_ARG_TYPE", { frameBytes = "1000" })
            for _, ipc in ipairs({ { frameBytes = 0 }, { frameBytes = 2 ^ 30 + 1 }, { queueBytes = -1 },
                { handles = 0 }, { handles = 257 }, { highWaterMark = 0.5 }, { requests = 2 ^ 53 } }) do
                refuses("ERR_OUT_OF_RANGE", ipc)
            end
            for _, ipc in ipairs({ { frameBytes = 1 }, { frameBytes = 2 ^ 30 }, { queueBytes = 0 }, { handles = 1 },
                { handles = 256 }, { highWaterMark = 0 }, {} }) do
                cp.fork(WORKER, { ipc = ipc }):kill()
            end
        ]])
    end)

    it("has room for the largest message behind the largest in flight, and for no more", function()
        passes([[
            local child = cp.fork(WORKER)
            local large, codes, sizes = ("x"):rep(2 ^ 26), {}, {}
            local function note(err) codes[#codes + 1] = err and err.code or "ok" end
            child:send(large, note)
            child:send(large, note)
            child:send(("x"):rep(100), note)
            child:send(large .. ("x"):rep(100), note)
            child:on("message", function(size)
                sizes[#sizes + 1] = size
                if #sizes == 2 then
                    table.sort(codes)
                    expect("ERR_IPC_FRAME_TOO_LARGE ERR_IPC_QUEUE_FULL ok ok", table.concat(codes, " "))
                    expect("67108864 67108864", table.concat(sizes, " "))
                    child:disconnect()
                end
            end)
        ]], [[
            process.on("message", function(message) process.send(#message) end)
        ]])
    end)

    it("gives a full queue to an error listener where there is no callback", function()
        passes([[
            local child = cp.fork(WORKER, { ipc = { queueBytes = 100 } })
            child:on("error", function(err)
                expect("ERR_IPC_QUEUE_FULL", err.code)
                child:disconnect()
            end)
            child:send(("x"):rep(90))
            child:send(("x"):rep(90))
            expect(false, child:send(("x"):rep(90)))
        ]], 'process.on("message", function() end)')
    end)
end)
