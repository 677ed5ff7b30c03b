-- app.lua - what each worker does: serve HTTP. All workers share one address; the master hands out the connections.

local cluster = require "cluster"
local http = require "http"

local id = cluster.worker and cluster.worker.id or 0
local routes = {}

routes["/"] = function(_, res)
    res:end_(("hello from worker %d (pid %d)\n"):format(id, process.pid))
end

-- Three ways to try the guardian. Each costs one worker; the others serve on.

-- An error nobody catches: the worker logs it with its traceback and exits; a replacement follows.
routes["/throw"] = function()
    error("thrown on purpose by /throw")
end

-- A loop that never ends, and that LuaJIT compiles: the worker answers no more pings and is killed as a zombie.
routes["/loop"] = function()
    local n = 0
    while true do
        n = n + 1
    end
end

-- Memory without end: the worker passes its limit, says so and leaves.
routes["/leak"] = function()
    local hoard = {}
    while true do
        hoard[#hoard + 1] = ("x"):rep(1000) .. #hoard
    end
end

local server = http.createServer(function(req, res)
    local route = routes[req.url:match("^[^?]*")]
    if route then
        return route(req, res)
    end
    res.statusCode = 404
    res:end_("not found; try / /throw /loop /leak\n")
end)

-- HOST and PORT, where they are set and not empty.
local function setting(name, default)
    local value = process.env[name]
    return value ~= "" and value or default
end

local host, port = setting("HOST", "127.0.0.1"), setting("PORT", 8000)

server:on("error", function(err)
    console.error("worker %d (pid %d): cannot serve: %s; HOST and PORT change it", id, process.pid, err.message)
    process.exit(1)
end)
server:listen({ host = host, port = port })
