-- IDs: CL-84 CL-95 CL-89 CL-93
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
local function exists(path)
    return require("child_process").spawnSync("test", { "-e", path }).status == 0
end
if cluster.isPrimary then
    process.chdir(process.env.TRACE_DIR)
    local listening = 0
    cluster.on("listening", function(_, a)
        t("listening", a)
        listening = listening + 1
        if listening < 2 then return end
        net.connect("a.sock"):on("data", function(d) t("data", d) cluster.workers[1]:send("close") end)
    end)
    cluster.on("message", function(w, m)
        t("there", m, exists("a.sock"))
        if w.id == 1 then
            cluster.workers[2]:send("close")
        else
            setTimeout(function() t("removed", not exists("a.sock")) cluster.disconnect() end, 100)
        end
    end)
    cluster.fork()
    cluster.fork()
else
    t.role("worker " .. cluster.worker.id)
    local server
    server = net.createServer(function(s)
        t.role("connection")
        t("addresses", s.remoteAddress, s.localAddress, s.server == server)
        t.role("worker " .. cluster.worker.id)
        s:end_("hello")
    end)
    server:listen("a.sock", function() t("address", server:address()) end)
    process.on("message", function()
        server:close(function()
            -- What is no socket is in the way.
            if cluster.worker.id == 2 then return process.send("closed") end
            io.open("b.sock", "w"):close()
            local refused = net.createServer()
            refused:on("error", function(err) t("refused", err) process.send("closed") end)
            refused:listen("b.sock")
        end)
    end)
end
