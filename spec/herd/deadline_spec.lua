--- disconnect with a deadline: connections that never end hold a worker no longer than that (node-api Q-03).
local herd = require("spec.support.herd")
local http = require("spec.support.http")

-- A worker that serves what never ends: raw connections, and ones that were upgraded.
local HERD = [[
    if cluster.isPrimary then
        local ports = {}
        cluster.on("listening", function(w, address)
            ports[#ports + 1] = address.port
            if #ports == 2 then say("ports", ports[1], ports[2]) end
        end)
        cluster.on("exit", function(w, code, signal) say("exit", signal or code, w.exitedAfterDisconnect) end)
        local w = cluster.fork()
        process.on("SIGUSR1", function() ACT end)
        return
    end
    local raw = require("net").createServer(function(s) s:on("error", function() end) s:write("raw") end)
    raw:listen(0, "127.0.0.1", function()
        local server = require("http").createServer()
        server:on("upgrade", function(_, s) s:write("HTTP/1.1 101 Switching\r\n\r\n") end)
        server:listen(0, "127.0.0.1")
    end)
    WORKER
]]

local function start(act, worker)
    local master = herd.start((HERD:gsub("ACT", function() return act end):gsub("WORKER", function()
        return worker or ""
    end)))
    local raw, web = master:expect("ports (%d+) (%d+)")
    local clients = { http.connect(tonumber(raw)), http.connect(tonumber(web)) }
    clients[2]:send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
    clients[1]:read_until("raw")
    clients[2]:read_until("101 Switching\r\n\r\n")
    return master, clients
end

describe("a disconnect with a deadline", function()
    after_each(herd.cleanup)

    for what, act in pairs {
        ["worker:disconnect in the master"] = "w:disconnect({ deadline = 50 })",
        ["cluster.disconnect"] = "cluster.disconnect({ deadline = 50 }, function() say('none left') end)",
        ["a second one of who leaves already"] = "w:disconnect() w:disconnect({ deadline = 50 })",
    } do
        it("cuts what is still open then: " .. what, function()
            local master, clients = start(act)
            master:kill("SIGUSR1")
            for _, client in ipairs(clients) do
                assert.equal("", (client:read_to_end()))
            end
            master:expect("exit 0 true")
            assert.equal(0, master:wait_closed().code)
        end)
    end

    it("is the worker's own, too", function()
        local master, clients = start("w:send('leave')", [[
            process.on("message", function() cluster.worker:disconnect({ deadline = 50 }) end)
        ]])
        master:kill("SIGUSR1")
        for _, client in ipairs(clients) do
            assert.equal("", (client:read_to_end()))
        end
        master:expect("exit 0 true")
    end)

    it("leaves the worker its own work, as without", function()
        local master = start("w:disconnect({ deadline = 0 })", [[
            process.on("disconnect", function() setTimeout(function() process.exit(7) end, 100) end)
        ]])
        master:kill("SIGUSR1")
        master:expect("exit 7 true")
    end)

    it("ends a worker that hangs", function()
        local master = start("w:disconnect({ deadline = 0 })", [[
            process.on("SIGUSR2", function() say("hangs") while true do end end)
            say("pid", process.pid)
        ]])
        herd.kill((master:expect("pid (%d+)")), "SIGUSR2")
        master:expect("hangs")
        master:kill("SIGUSR1")
        master:expect("exit SIGKILL true")
        assert.equal(0, master:wait_closed().code)
    end)

    it("is refused by name where it is none, and nobody leaves", function()
        local done = herd.run [[
            if cluster.isWorker then
                local function try(options)
                    local ok, err = pcall(cluster.worker.disconnect, cluster.worker, options)
                    say("inside", ok, err.code, err.message)
                end
                try(5)
                try({ deadline = -1 })
                say("inside", "stays", cluster.worker.exitedAfterDisconnect)
                process.exit(3)
            end
            local w = cluster.fork()
            local function try(fn, ...)
                local ok, err = pcall(fn, ...)
                say(ok, err.code, err.message)
            end
            try(w.disconnect, w, 5)
            try(w.disconnect, w, { deadline = "soon" })
            try(w.disconnect, w, { deadline = 0.5 })
            try(w.disconnect, w, { deadlien = 5 })
            try(cluster.disconnect, { deadline = -1 })
            try(cluster.disconnect, { deadline = 1 }, 5)
            try(cluster.disconnect, 5)
            say("stays", w.exitedAfterDisconnect, w:isConnected())
            local made = cluster.Worker({ id = 7 })
            for _, name in ipairs { "disconnect", "kill", "send", "isConnected", "isDead" } do
                try(made[name], made)
                try(made[name])
            end
            say("facts", made:facts())
        ]]
        local lines, inside = herd.lines(done, "^[^i]"), herd.lines(done, "^inside")
        local wanted = {
            "false ERR_INVALID_ARG_TYPE .*\"options\" argument must be of type table",
            "false ERR_INVALID_ARG_TYPE .*\"options.deadline\" property must be of type number",
            "false ERR_OUT_OF_RANGE .*\"options.deadline\"",
            "false ERR_INVALID_ARG_VALUE .*'options'.*deadline.* 'deadlien'$",
            "false ERR_OUT_OF_RANGE .*\"options.deadline\"", "false ERR_INVALID_ARG_TYPE .*\"callback\"",
            "false ERR_INVALID_ARG_TYPE .*\"options\"", "^stays nil true",
        }
        for i, pattern in ipairs(wanted) do
            assert.truthy(lines[i]:find(pattern), lines[i])
        end
        for i = 9, 18 do
            local code = i % 2 == 1 and "ERR_INVALID_STATE" or "ERR_INVALID_THIS"
            assert.truthy(lines[i]:find("^false " .. code .. " .*worker:"), lines[i])
        end
        assert.equal("facts nil", lines[19])
        assert.truthy(inside[1]:find("false ERR_INVALID_ARG_TYPE .*\"options\""), inside[1])
        assert.truthy(inside[2]:find("false ERR_OUT_OF_RANGE .*\"options.deadline\""), inside[2])
        assert.equal("inside stays nil", inside[3], done.stderr)
    end)
end)
