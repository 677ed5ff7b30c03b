--- Requests over IPC: worker:request and process.onRequest, in both directions, and every way they can fail.
local herd = require("spec.support.herd")

-- Worker and master answer alike: what the message asks for happens.
local HANDLERS = [[
    local async = require "async"
    local function handle(message, socket)
        if message == "echo" then return "echo"
        elseif message == "nothing" then return
        elseif message == "false" then return false
        elseif message == "slow" then async.sleep(100) return "slow"
        elseif message == "never" then async.once(require("events").EventEmitter(), "never")
        elseif message == "raise" then error("raised here")
        elseif message == "table" then error({ message = "a table", code = "EMINE", name = "MyError" })
        elseif message == "nilerr" then return nil, "no such thing"
        elseif message == "enoent" then return async.call(require("child_process").execFile, "/no/such")
        elseif message == "circle" then local t = {} t.self = t return t
        elseif message == "function" then return { { 1, print }, name = print }
        elseif message == "huge" then return ("x"):rep(2 ^ 20)
        elseif message == "task" then return async.run(function() async.sleep(1) return "of a task" end)
        elseif message == "leave" then process.disconnect() async.sleep(50) return "too late"
        elseif message == "die" then process.kill(process.pid, "SIGKILL") async.sleep(1000)
        end
        return { got = message }
    end
    -- "value" or "nil NAME CODE message"
    local function told(answer, err)
        if not err then return type(answer) == "table" and "got " .. tostring(answer.got) or tostring(answer) end
        local message = err.message:gsub("process %d+", "process PID")
        return ("%s %s %s %s"):format(tostring(answer), err.name, tostring(err.code), message)
    end
]]

local function run(options)
    if type(options) == "string" then
        options = { script = options }
    end
    options.script = HANDLERS .. options.script
    local done = herd.run(options, 20)
    assert.equal("", done.stderr)
    assert.equal(0, done.code)
    return herd.lines(done)
end

describe("a request", function()
    after_each(herd.cleanup)

    it("is answered by the worker, in a task and with a callback", function()
        assert.same({
            "echo", "got 5", "true", "false", "slow", "of a task", "called echo", "callback nil echo",
        }, run [[
            if cluster.isWorker then return process.onRequest(handle) end
            async.run(function()
                local worker = cluster.fork()
                for _, message in ipairs { "echo", 5, "nothing", "false", "slow", "task" } do
                    say(told(worker:request(message)))
                end
                say("called", (async.call(worker.request, worker, "echo")))
                worker:request("echo", function(err, answer)
                    say("callback", err, answer)
                    cluster.disconnect()
                end)
            end)
        ]])
    end)

    it("is answered by the master, and by a master that asks back", function()
        assert.same({ "echo", "nil Error nil the parent process PID: no such thing", "got worker 1", "2" }, run [[
            if cluster.isWorker then
                process.onRequest(async.wrap(function(n) return n + process.request("one") end))
                async.run(function()
                    process.send(told(cluster.worker:request("echo", 5000)))
                    process.send(told(process.request("nilerr")))
                    process.send(told(process:request("worker " .. cluster.worker.id, { timeout = 5000 })))
                    process.send("ask me")
                end)
                return
            end
            local worker = cluster.fork()
            worker:onRequest(function(message)
                if message == "one" then return 1 end
                return handle(message)
            end)
            worker:on("message", async.wrap(function(message)
                if message ~= "ask me" then return say(message) end
                say(told(worker:request(1)))
                worker:disconnect()
            end))
        ]])
    end)

    it("works with any child that was forked", function()
        assert.same({ "echo", "echo" }, run [[
            if process.send then
                process.onRequest(handle)
                return
            end
            local child = require("child_process").fork(process.argv[2])
            async.run(function()
                say(told(child:request("echo")))
                child:request("echo", { timeout = 1000 }, function(_, answer)
                    say(answer)
                    child:disconnect()
                end)
            end)
        ]])
    end)

    it("returns nil and what failed there, with its message, code and name, and who it was", function()
        assert.same({
            "nil Error nil worker 1 (process PID): FILE:18: raised here",
            "nil MyError EMINE worker 1 (process PID): a table",
            "nil Error nil worker 1 (process PID): no such thing",
            "nil Error ENOENT worker 1 (process PID): spawn /no/such ENOENT",
            "nil TypeError ERR_IPC_UNSENDABLE worker 1 (process PID): message.self contains itself",
            "FILE:18: raised here true", -- remoteMessage, and the remote traceback
            "1 null nil",
            "callback ENOENT nil",
        }, run [[
            if cluster.isWorker then return process.onRequest(handle) end
            async.run(function()
                local worker = cluster.fork()
                for _, message in ipairs { "raise", "table", "nilerr", "enoent", "circle" } do
                    say((told(worker:request(message)):gsub("%S+%.lua:%d+", "FILE:18")))
                end
                local _, err = worker:request("raise")
                say((err.remoteMessage:gsub("%S+%.lua:%d+", "FILE:18")),
                    err.remoteStack:find("in function 'handler'", 1, true) ~= nil)
                local list = worker:request("function")
                say(list[1][1], list[1][2] == require("json").null and "null", list.name)
                worker:request("enoent", function(err, answer)
                    say("callback", err.code, answer)
                    cluster.disconnect()
                end)
            end)
        ]])
    end)

    it("ends with an error when there is no handler, and names the remedy", function()
        assert.same({
            "nil Error ERR_IPC_NO_REQUEST_HANDLER worker 1 (process PID): it has no handler for requests; "
                .. "onRequest sets one",
            "got x",
            "nil Error ERR_IPC_NO_REQUEST_HANDLER worker 1 (process PID): it has no handler for requests; "
                .. "onRequest sets one",
        }, run [[
            if cluster.isWorker then
                process.on("message", function(message)
                    process.onRequest(message == "set" and handle or nil)
                    process.send("done")
                end)
                return
            end
            async.run(function()
                local worker = cluster.fork()
                say(told(worker:request("x")))
                for _, word in ipairs { "set", "take" } do
                    worker:send(word)
                    async.once(worker, "message")
                    say(told(worker:request("x")))
                end
                worker:disconnect()
            end)
        ]])
    end)

    it("ends at its timeout; the late answer is counted and dropped", function()
        assert.same({
            "nil Error ETIMEDOUT worker 1 (process PID) did not answer within 20 ms", "0 0", "1", "echo", "true",
        }, run [[
            if cluster.isWorker then return process.onRequest(handle) end
            async.run(function()
                local worker = cluster.fork()
                local _, err = worker:request("echo")
                say(told(worker:request("slow", 20)))
                local facts = worker.process.channel:requests()
                say(facts.pending, facts.serving)
                repeat
                    async.sleep(5)
                    facts = worker.process.channel:requests()
                until facts.stray > 0
                say(facts.stray)
                say(told(worker:request("echo", math.huge)))
                local _, late = worker:request("slow", 1)
                say(late.at:find("herd%d+%.lua:%d+$") ~= nil)
                cluster.disconnect()
            end)
        ]])
    end)

    it("ends with its signal, and with its task", function()
        assert.same({ "nil AbortError ABORT_ERR The operation was aborted", "cancelled", "0" }, run [[
            if cluster.isWorker then return process.onRequest(handle) end
            async.run(function()
                local worker = cluster.fork()
                worker:request("echo")
                say(told(worker:request("never", { signal = AbortSignal.timeout(10) })))
                local task = async.run(function() worker:request("never") say("not reached") end)
                task:cancel()
                say(task.status)
                say(worker.process.channel:requests().pending)
                worker:kill("SIGKILL")
            end)
        ]])
    end)

    it("ends when the worker dies, is killed, lets go or is gone already", function()
        assert.same({
            "die: nil Error ERR_IPC_CHANNEL_CLOSED The channel to worker 1 (process PID) was closed before the "
                .. "answer came",
            "gone: nil Error ERR_IPC_CHANNEL_CLOSED Channel closed",
            "leave: nil Error ERR_IPC_CHANNEL_CLOSED The channel to worker 2 (process PID) was closed before the "
                .. "answer came",
            "killed: 100 ERR_IPC_CHANNEL_CLOSED",
            "stopped: nil Error ETIMEDOUT worker 4 (process PID) did not answer within 50 ms",
            "disconnected: nil Error ERR_IPC_CHANNEL_CLOSED The channel to worker 4 (process PID) was closed before "
                .. "the answer came",
        }, run [[
            if cluster.isWorker then return process.onRequest(handle) end
            async.run(function()
                local first, second, third, fourth = cluster.fork(), cluster.fork(), cluster.fork(), cluster.fork()
                for _, worker in ipairs { first, second, third, fourth } do worker:request("echo") end
                say("die:", told(first:request("die")))
                say("gone:", told(first:request("echo")))
                say("leave:", told(second:request("leave")))
                local ended, code = 0
                for _ = 1, 100 do
                    async.run(function()
                        local _, err = third:request("never")
                        ended, code = ended + 1, err.code
                    end)
                end
                process.kill(third.process.pid, "SIGKILL")
                async.once(third, "exit")
                async.sleep(1)
                say("killed:", ended, code)
                process.kill(fourth.process.pid, "SIGSTOP")
                say("stopped:", told(fourth:request("echo", 50)))
                local task = async.run(function() say("disconnected:", told(fourth:request("never"))) end)
                fourth.process:disconnect()
                task:wait()
                process.kill(fourth.process.pid, "SIGKILL")
            end)
        ]])
    end)

    it("is one of so many, at either end", function()
        assert.same({
            "nil Error ERR_IPC_TOO_MANY_REQUESTS 3 requests to worker 1 (process PID) wait for their answers; no more "
                .. "are sent (ipc.requests of fork)",
            "nil Error ETIMEDOUT", "nil Error ETIMEDOUT", "nil Error ETIMEDOUT",
            "nil Error ERR_IPC_TOO_MANY_REQUESTS worker 1 (process PID): it is busy with 3 requests and takes no more "
                .. "(ipc.requests of fork)",
        }, run [[
            if cluster.isWorker then return process.onRequest(handle) end
            cluster.setupPrimary { ipc = { requests = 3 } }
            async.run(function()
                local worker = cluster.fork()
                worker:request("nothing")
                local tasks = {}
                for i = 1, 3 do
                    tasks[i] = async.run(function()
                        return (told(worker:request("never", 50)):match("^%S+ %S+ %S+"))
                    end)
                end
                say(told(worker:request("echo")))
                for i = 1, 3 do say(tasks[i]:wait()) end
                say(told(worker:request("echo")))
                worker:kill("SIGKILL")
            end)
        ]])
    end)

    it("is answered in any order, a thousand at a time", function()
        assert.same({ "1000 500500" }, run [[
            if cluster.isWorker then
                return process.onRequest(function(n)
                    async.sleep(n % 13)
                    return n
                end)
            end
            async.run(function()
                local worker = cluster.fork()
                local tasks, sum = {}, 0
                for i = 1, 1000 do
                    tasks[i] = async.run(function() return assert(worker:request(i)) end)
                end
                for i = 1, 1000 do
                    local n = tasks[i]:wait()
                    assert(n == i)
                    sum = sum + n
                end
                say(#tasks, sum)
                worker:disconnect()
            end)
        ]])
    end)

    it("takes a connection along, which goes on at the other end", function()
        assert.same({ "answer taken", "client read hello from the worker", "nil" }, run [[
            local net = require "net"
            if cluster.isWorker then
                process.onRequest(function(message, socket)
                    assert(message == "take it")
                    socket:end_("hello from the worker")
                    return "taken"
                end)
                return
            end
            async.run(function()
                local worker = cluster.fork()
                local server = net.createServer({ pauseOnConnect = true })
                assert(async.call(server.listen, server, 0, "127.0.0.1"))
                local client = net.connect(server:address().port, "127.0.0.1")
                local socket = async.once(server, "connection")
                say("answer", (worker:request("take it", { handle = socket, timeout = 5000 })))
                say("client read", (async.once(client, "data")))
                client:destroy()
                server:close()
                local ok, err = pcall(worker.request, worker, "x", { handle = {} })
                say(ok and "accepted" or err.code == "ERR_INVALID_HANDLE_TYPE" and "nil")
                worker:disconnect()
            end)
        ]])
    end)

    it("is no message, and keeps its place among them", function()
        assert.same({ "message before", "answer after" }, run [[
            if cluster.isWorker then
                process.onRequest(function() process.send("before") return "after" end)
                process.on("message", function(message) process.send({ unexpected = message }) end)
                return
            end
            local worker = cluster.fork()
            worker:on("message", function(message) say("message", message.unexpected or message) end)
            worker:request("x", function(_, answer) say("answer", answer) worker:disconnect() end)
        ]])
    end)
end)

describe("an end that asks or answers", function()
    after_each(herd.cleanup)

    it("lives until it has its answer, and as long as it has a handler", function()
        assert.same({ "got slow", "exit 0", "has handler true", "exit 0" }, run [[
            local child_process = require "child_process"
            if process.env.ROLE == "asks" then
                return process.request("slow", function(_, answer) process.send("got " .. answer) end)
            elseif process.env.ROLE == "answers" then
                return process.onRequest(function() process.onRequest(nil) return true end)
            end
            local function fork(role)
                local env = process.env()
                env.ROLE = role
                return child_process.fork(process.argv[2], { env = env })
            end
            async.run(function()
                local asking = fork("asks")
                asking:on("message", function(message) say(message) end)
                asking:onRequest(handle)
                say("exit", (async.once(asking, "exit")))
                local answering = fork("answers")
                async.once(answering, "spawn")
                async.sleep(50)
                say("has handler", answering:request("x"))
                say("exit", (async.once(answering, "exit")))
            end)
        ]])
    end)

    it("answers what it has in hand before it leaves the herd, and takes nothing more", function()
        assert.same({
            "nil Error ERR_IPC_LEAVING worker 1 (process PID): it is leaving, and takes no more requests",
            "slow", "exit 0 true",
        }, run [[
            if cluster.isWorker then return process.onRequest(handle) end
            async.run(function()
                local worker = cluster.fork()
                worker:request("echo")
                local task = async.run(function() say(told(worker:request("slow"))) end)
                worker:disconnect()
                say(told(worker:request("echo")))
                say("exit", (async.once(worker, "exit")), worker.exitedAfterDisconnect)
            end)
        ]])
    end)

    it("is told of an answer that is too large", function()
        assert.same({ "ERR_IPC_FRAME_TOO_LARGE", "echo" }, run [[
            if cluster.isWorker then return process.onRequest(handle) end
            cluster.setupPrimary { ipc = { frameBytes = 65536 } }
            async.run(function()
                local worker = cluster.fork()
                say((select(2, worker:request("huge"))).code)
                say(told(worker:request("echo")))
                worker:disconnect()
            end)
        ]])
    end)

    it("is warned of a handler that failed when nobody could hear of it any more", function()
        local done = herd.run(HANDLERS .. [[
            if cluster.isWorker then
                process.request("x", function() end)
                async.run(function() async.sleep(20) process.kill(process.pid, "SIGKILL") end)
                return
            end
            local worker = cluster.fork()
            worker:onRequest(function()
                async.once(worker, "exit")
                error("too late")
            end)
        ]])
        assert.equal(0, done.code, done.stderr)
        assert.matches("Warning: A request handler failed, and worker 1 %(process %d+%) does not hear of it any more: "
            .. ".*too late", done.stderr)
    end)
end)

describe("request and onRequest refuse", function()
    after_each(herd.cleanup)

    it("what is wrong, by name", function()
        local lines = run [[
            if cluster.isWorker then
                process.onRequest(handle)
                return
            end
            local worker = cluster.fork()
            local child = worker.process
            local function refused(...)
                local ok, err = pcall(...)
                local text = ok and "accepted" or tostring(err)
                say((text:gsub("Received.*", "Received")))
            end
            refused(worker.request)
            refused(child.request)
            refused(worker.onRequest)
            refused(child.onRequest)
            refused(worker.request, worker)
            refused(worker.request, worker, print, 5, print)
            refused(worker.request, worker, "x", "y")
            refused(worker.request, worker, "x", -1)
            refused(worker.request, worker, "x", 5, "callback")
            refused(worker.request, worker, "x", { timeout = "5" })
            refused(worker.request, worker, "x", { signal = 5 }, print)
            refused(worker.request, worker, "x", { keepOpen = 5 }, print)
            refused(worker.request, worker, "x")
            refused(worker.onRequest, worker, "x")
            worker:onRequest(handle)
            refused(worker.onRequest, worker, handle)
            worker:onRequest(nil)
            worker:onRequest(handle)
            local circle = {}
            circle.circle = circle
            refused(worker.request, worker, circle, print)
            worker:disconnect()
        ]]
        local expected = {
            "ERR_INVALID_THIS.*worker:request", "ERR_INVALID_THIS.*child:request",
            "ERR_INVALID_THIS.*worker:onRequest", "ERR_INVALID_THIS.*child:onRequest",
            'ERR_MISSING_ARGS.*"message"', 'ERR_INVALID_ARG_TYPE.*"message"',
            'ERR_INVALID_ARG_TYPE.*"options".*number.*table', 'ERR_OUT_OF_RANGE.*"options.timeout"',
            'ERR_INVALID_ARG_TYPE.*"callback"', "options.timeout", "options.signal", "options.keepOpen",
            "ERR_NOT_IN_TASK.*request without a callback waits, and can only be called in a task",
            'ERR_INVALID_ARG_TYPE.*"handler"', "ERR_IPC_REQUEST_HANDLER_SET.*onRequest%(nil%)",
            "ERR_IPC_UNSENDABLE.*message.circle contains itself",
        }
        assert.equal(#expected, #lines, table.concat(lines, "\n"))
        for i, pattern in ipairs(expected) do
            assert.matches(pattern, lines[i])
        end
    end)
end)
