-- IDs: HTTP-28
local t = require("trace")
local errors = require("moonherd.errors")
local http = require("http")
local net = require("net")
local function count(lists)
    local sum = 0
    for _, list in pairs(lists) do sum = sum + #list end
    return sum
end
local function state(label, agent)
    t(label, count(agent.sockets), count(agent.freeSockets), count(agent.requests), agent.totalSocketCount)
end
local held = { list = {} }
local seen, seen_count = {}, 0
local server = http.createServer(function(req, res)
    if not seen[req.socket] then
        seen_count = seen_count + 1
        seen[req.socket] = seen_count
    end
    t("server", req.url, "connection", seen[req.socket], req.headers.connection)
    if req.url == "/hold" then
        table.insert(held.list, res)
        if held.want == #held.list then held.after() end
    else
        if req.url == "/close" then res:setHeader("Connection", "close") end
        res:end_("ok")
    end
end)
local port, step
local function get(agent, path, done)
    local req
    req = http.get({ host = "127.0.0.1", port = port, path = path, agent = agent }, function(res)
        t("answer", path, res.headers.connection, req.reusedSocket)
        res:resume()
    end)
    req:on("close", function()
        t("close", path)
        if done then done(req) end
    end)
    req:on("error", function(err) t("error", path, err.code, req.reusedSocket) end)
    return req
end
--- Goes on when all is closed.
local function finish(agent)
    agent:destroy()
    local function look()
        if agent.totalSocketCount > 0 then return setImmediate(look) end
        state("destroyed", agent)
        step()
    end
    setImmediate(look)
end
local function done(label, agent)
    return function()
        setImmediate(function()
            state(label, agent)
            finish(agent)
        end)
    end
end
local steps = {
    function()
        local agent = http.Agent()
        t("defaults", agent.keepAlive, agent.keepAliveMsecs, agent.maxSockets == math.huge, agent.maxFreeSockets,
            agent.scheduling, agent.maxTotalSockets == math.huge, agent.totalSocketCount, agent.defaultPort,
            agent.protocol)
        t("global", http.globalAgent.keepAlive, http.globalAgent.scheduling, http.globalAgent.options.timeout,
            getmetatable(http.globalAgent) == getmetatable(agent))
        t("names", agent:getName({ host = "a", port = 1 }),
            agent:getName({ host = "a", port = 1, localAddress = "b", family = 4 }),
            agent:getName({ socketPath = "/x" }), agent:getName())
        t.throws("scheduling", function() http.Agent({ scheduling = "random" }) end)
        t.throws("maxTotalSockets", function() http.Agent({ maxTotalSockets = -1 }) end)
        step()
    end,
    function()
        t("without keepAlive")
        local agent = http.Agent()
        get(agent, "/1", function()
            state("after 1", agent)
            get(agent, "/2", function()
                state("after 2", agent)
                finish(agent)
            end)
        end)
        state("begun", agent)
    end,
    function()
        t("with keepAlive")
        local agent = http.Agent({ keepAlive = true })
        agent:on("free", function(socket, options)
            state("free", agent)
            t("free", options.port == port, options.host, socket.destroyed)
        end)
        get(agent, "/1", function()
            state("after 1", agent)
            setImmediate(function()
                get(agent, "/2", function()
                    get(agent, "/close", function()
                        state("after close", agent)
                        finish(agent)
                    end)
                end)
            end)
        end)
    end,
    function()
        t("maxSockets 1")
        local agent = http.Agent({ keepAlive = true, maxSockets = 1 })
        get(agent, "/1")
        get(agent, "/2")
        local third = get(agent, "/3", done("done", agent))
        state("begun", agent)
        third:on("socket", function() state("third's turn", agent) end)
    end,
    function()
        t("maxSockets 1, no keepAlive")
        local agent = http.Agent({ maxSockets = 1 })
        get(agent, "/1")
        get(agent, "/2")
        get(agent, "/close")
        get(agent, "/3", done("done", agent))
        state("begun", agent)
    end,
    function()
        t("maxFreeSockets 1")
        local agent = http.Agent({ keepAlive = true, maxFreeSockets = 1 })
        held.list, held.want = {}, 3
        held.after = function()
            for _, res in ipairs(held.list) do res:end_("ok") end
        end
        local closed = 0
        local function one_done()
            closed = closed + 1
            if closed == 3 then
                setTimeout(function()
                    state("three done", agent)
                    finish(agent)
                end, 50)
            end
        end
        for _ = 1, 3 do
            local options = { host = "127.0.0.1", port = port, path = "/hold", agent = agent }
            http.get(options, function(res) res:resume() end):on("close", one_done)
        end
        state("begun", agent)
    end,
    function()
        t("maxTotalSockets 1")
        local agent = http.Agent({ keepAlive = true, maxTotalSockets = 1 })
        get(agent, "/1")
        get(agent, "/2", done("done", agent))
        state("begun", agent)
    end,
    function()
        t("replaced methods")
        local agent = http.Agent({ keepAlive = true })
        local create = agent.createConnection
        function agent.createConnection(self, options, callback)
            t("createConnection", options.host, options.port == port, options.path, type(callback))
            return create(self, options, callback)
        end
        function agent.keepSocketAlive(_, socket) t("keepSocketAlive", socket.destroyed) return true end
        function agent.reuseSocket(_, socket, req) t("reuseSocket", req.path) socket:ref() end
        get(agent, "/1", function()
            setImmediate(get, agent, "/2", function()
                function agent.keepSocketAlive() return false end
                setImmediate(get, agent, "/3", done("not kept", agent))
            end)
        end)
    end,
    function()
        t("a connection that comes later, and one that fails")
        local agent = http.Agent()
        function agent.createConnection(_, _, callback)
            setImmediate(function() callback(nil, net.connect(port, "127.0.0.1")) end)
        end
        get(agent, "/1", function()
            function agent.createConnection(_, _, callback)
                setImmediate(callback, errors.new("Error", "EMINE", "mine"))
            end
            get(agent, "/2", function()
                state("failed", agent)
                step()
            end)
        end)
    end,
    function()
        t("agentRemove")
        local agent = http.Agent({ keepAlive = true })
        local req
        req = get(agent, "/1", function()
            setImmediate(function()
                state("removed", agent)
                req.socket:destroy()
                step()
            end)
        end)
        req:on("response", function()
            req.socket:emit("agentRemove")
            state("at once", agent)
        end)
    end,
    function()
        t("a kept connection that its server closes")
        local agent = http.Agent({ keepAlive = true })
        get(agent, "/1", function(req)
            setImmediate(function()
                state("kept", agent)
                req.socket:on("close", function()
                    state("closed", agent)
                    get(agent, "/2", function() finish(agent) end)
                end)
                server:closeIdleConnections()
            end)
        end)
    end,
    function()
        t("a kept connection that is cut under a request")
        local agent = http.Agent({ keepAlive = true })
        get(agent, "/1", function()
            setImmediate(function()
                held.list, held.want = {}, 1
                held.after = function() held.list[1].socket:destroy() end
                get(agent, "/hold", function() finish(agent) end)
            end)
        end)
    end,
    function()
        t("kept for as long as the agent says")
        local agent = http.Agent({ keepAlive = true, timeout = 50 })
        get(agent, "/1", function(req)
            req.socket:on("close", function()
                state("timed out", agent)
                step()
            end)
        end)
    end,
    function()
        t("the agent's timeout is a request's too")
        local agent = http.Agent({ timeout = 50 })
        held.list, held.want = {}, 0
        local req = get(agent, "/hold", function() finish(agent) end)
        req:on("timeout", function()
            t("timeout", req.timeout)
            req:destroy()
        end)
    end,
    function() server:close(function() t("server closed") end) end,
}
step = function() table.remove(steps, 1)() end
server:listen(0, "127.0.0.1", function()
    port = server:address().port
    step()
end)
