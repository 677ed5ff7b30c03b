--- A throw in every kind of callback that sockets, servers, requests, children and workers have: unheard it ends the
--- process with 1 and names the place; heard by uncaughtException the process goes on, and so does everything else.
local herd = require("spec.support.herd")

-- What every script has besides: `throw()`, and `still_works(done)`, which proves that a request to a server made
-- before the throw is answered after it.
local COMMON = [[
    local net, http, cp = require "net", require "http", require "child_process"
    local function throw() error("thrown here") end
    local function ask(port, request, done)
        local socket, parts = net.connect(port, "127.0.0.1"), {}
        socket:on("data", function(bytes) parts[#parts + 1] = bytes end)
        socket:on("error", function() end)
        socket:on("close", function() done(table.concat(parts)) end)
        socket:write(request)
        return socket
    end
    local GET = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    local POST = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
    local function nothing() end
    -- A server that throws nothing, to see that the loop goes on.
    local bystander = http.createServer(function(_, res) res:end_("works") end)
    local function finish()
        ask(bystander:address().port, GET, function(text)
            print(text:match("works") or "broken")
            process.exit(0)
        end)
    end
    if process.env.HEARD then
        process.on("uncaughtException", function(err, _, traceback)
            print(tostring(err):match("thrown here"), traceback:match("stack traceback:"))
            setTimeout(finish, 20)
        end)
    end
    local function serve(listener, then_do)
        bystander:listen(0, "127.0.0.1", function()
            local server = http.createServer(listener)
            server:listen(0, "127.0.0.1", function() then_do(server:address().port, server) end)
        end)
    end
    local function serve_net(listener, then_do)
        bystander:listen(0, "127.0.0.1", function()
            local server = net.createServer(listener)
            server:listen(0, "127.0.0.1", function() then_do(server:address().port, server) end)
        end)
    end
    -- Listens, says something, leaves.
    local function live_as_worker()
        net.createServer():listen(0, "127.0.0.1", function()
            process.send("x")
            setTimeout(function() cluster.worker:disconnect() end, 1)
        end)
    end
    local function child(code, set_up)
        bystander:listen(0, "127.0.0.1", function()
            set_up(cp.spawn(process.execPath, { "-e", code }, { stdio = { "pipe", "pipe", "pipe", "ipc" } }))
        end)
    end
]]

local CALLBACKS = {
    ["a request handler"] = [[serve(throw, function(port) ask(port, GET, nothing) end)]],
    ["a request handler that has answered"] = [[
        serve(function(_, res) res:end_("x") throw() end, function(port) ask(port, GET, nothing) end)]],
    ["a request's data"] = [[
        serve(function(req) req:on("data", throw) end, function(port) ask(port, POST, nothing) end)]],
    ["a request's end"] = [[
        serve(function(req) req:on("end", throw):resume() end, function(port) ask(port, POST, nothing) end)]],
    ["a request's close"] = [[
        serve(function(req, res) req:on("close", throw) res:end_() end, function(port) ask(port, GET, nothing) end)]],
    ["a request's aborted"] = [[
        serve(function(req) req:on("aborted", throw):resume() end, function(port)
            local socket = ask(port, (POST:gsub("abc$", "a")), nothing)
            setTimeout(function() socket:resetAndDestroy() end, 20)
        end)]],
    ["a response's finish"] = [[
        serve(function(_, res) res:on("finish", throw) res:end_() end, function(port) ask(port, GET, nothing) end)]],
    ["a response's end callback"] = [[
        serve(function(_, res) res:end_("x", throw) end, function(port) ask(port, GET, nothing) end)]],
    ["a response's write callback"] = [[
        serve(function(_, res) res:write("x", throw) end, function(port) ask(port, GET, nothing) end)]],
    ["a server's connection"] = [[
        serve(nothing, function(port, server) server:on("connection", throw) ask(port, GET, nothing) end)]],
    ["a server's clientError"] = [[
        serve(nothing, function(port, server)
            server:on("clientError", throw)
            ask(port, "no http\r\n\r\n", nothing)
        end)]],
    ["a server's upgrade"] = [[
        serve(nothing, function(port, server)
            server:on("upgrade", throw)
            ask(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", nothing)
        end)]],
    ["a server's checkContinue"] = [[
        serve(nothing, function(port, server)
            server:on("checkContinue", throw)
            ask(port, (POST:gsub("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n")), nothing)
        end)]],
    ["a server's timeout"] = [[
        serve(nothing, function(port, server)
            server:once("timeout", throw)
            server.timeout = 30
            ask(port, GET, nothing)
        end)]],
    ["a server's close callback"] = [[serve(nothing, function(_, server) server:close(throw) end)]],
    ["a server's listening callback"] = [[
        bystander:listen(0, "127.0.0.1", function() net.createServer():listen(0, throw) end)]],
    ["a server's error"] = [[
        bystander:listen(0, "127.0.0.1", function()
            net.createServer():on("error", throw):listen(bystander:address().port, "127.0.0.1")
        end)]],
    ["a connection listener"] = [[serve_net(throw, function(port) ask(port, "x", nothing) end)]],
    ["a socket's data"] = [[
        serve_net(function(socket) socket:on("data", throw) end, function(port) ask(port, "x", nothing) end)]],
    ["a socket's end"] = [[
        serve_net(function(socket) socket:on("end", throw):resume() end,
            function(port) ask(port, "x", nothing):end_() end)]],
    ["a socket's close"] = [[
        serve_net(function(socket) socket:on("close", throw) socket:destroy() end,
            function(port) ask(port, "x", nothing) end)]],
    ["a socket's timeout"] = [[
        serve_net(function(socket) socket:setTimeout(20, throw) end, function(port) ask(port, "x", nothing) end)]],
    ["a socket's write callback"] = [[
        serve_net(function(socket) socket:write("x", throw) end, function(port) ask(port, "x", nothing) end)]],
    ["a socket's drain"] = [[
        serve_net(function(socket) socket:on("drain", throw):write(("x"):rep(2 ^ 23)) end,
            function(port) ask(port, "x", nothing) end)]],
    ["a socket's connect"] = [[serve_net(nothing, function(port) net.connect(port, "127.0.0.1", throw) end)]],
    ["a socket's error"] = [[
        serve_net(nothing, function(port, server)
            server:close(function() net.connect(port, "127.0.0.1"):on("error", throw) end)
        end)]],
    ["a socket's lookup"] = [[
        serve_net(nothing, function(port)
            net.connect(port, "localhost"):on("error", nothing):on("lookup", throw)
        end)]],
    ["a child's spawn"] = [[child("", function(it) it:on("spawn", throw) end)]],
    ["a child's message"] = [[child("process.send(1)", function(it) it:on("message", throw) end)]],
    ["a child's disconnect"] = [[child("process.disconnect()", function(it) it:on("disconnect", throw) end)]],
    ["a child's exit"] = [[child("", function(it) it:on("exit", throw) end)]],
    ["a child's close"] = [[child("", function(it) it:on("close", throw) end)]],
    ["a child's stdout"] = [[child("print(1)", function(it) it.stdout:on("data", throw) end)]],
    ["a child's error"] = [[
        bystander:listen(0, "127.0.0.1", function() cp.spawn("/no/such/program"):on("error", throw) end)]],
    ["a send's callback"] = [[child("", function(it) it:send("x", throw) end)]],
}

-- In the master of a herd: the events of the cluster, and those of a worker.
for _, event in ipairs({ "setup", "fork", "online", "listening", "message", "disconnect", "exit" }) do
    CALLBACKS["the cluster's " .. event] = ([[
        if cluster.isWorker then
            return live_as_worker()
        end
        bystander:listen(0, "127.0.0.1", function() cluster.once(%q, throw) cluster.fork() end)]]):format(event)
end
for _, event in ipairs({ "online", "listening", "message", "disconnect", "exit" }) do
    CALLBACKS["a worker's " .. event .. " in its master"] = ([[
        if cluster.isWorker then
            return live_as_worker()
        end
        bystander:listen(0, "127.0.0.1", function() cluster.fork():once(%q, throw) end)]]):format(event)
end
CALLBACKS["cluster.disconnect's callback"] = [[
    if cluster.isWorker then return end
    bystander:listen(0, "127.0.0.1", function()
        cluster.fork():on("online", function() cluster.disconnect(throw) end)
    end)]]
for _, event in ipairs({ "zombie", "respawn", "breaker" }) do
    CALLBACKS["the guard's " .. event] = ([[
        if cluster.isWorker then
            if %q == "zombie" then while true do end end
            process.exit(1)
        end
        bystander:listen(0, "127.0.0.1", function()
            cluster.once(%q, throw)
            cluster.guard { workers = 1, heartbeat = { interval = 50, misses = 2 }, respawn = { delay = 1 },
                breaker = { deaths = 2, within = 60000, cooldown = 60000 } }
        end)]]):format(event, event)
end

local names = {}
for name in pairs(CALLBACKS) do
    names[#names + 1] = name
end
table.sort(names)

describe("a throw in", function()
    after_each(herd.cleanup)

    for _, name in ipairs(names) do
        it(name .. " ends the process if nobody hears of it, and else nothing", function()
            local script = COMMON .. CALLBACKS[name]
            local done = herd.run(script)
            assert.equal(1, done.code, done.stdout .. done.stderr)
            assert.matches("uncaught error: [^\n]*thrown here\nstack traceback:\n", done.stderr)

            done = herd.run({ script = script, env = { HEARD = "1" } })
            assert.same({ "thrown here\tstack traceback:", "works" }, herd.lines(done), done.stderr)
            assert.equal(0, done.code)
        end)
    end
end)
