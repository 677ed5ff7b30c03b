-- IDs: CL-83 CP-45
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
local spawn = require("child_process").spawn
if not process.argv[3] then
    local server = net.createServer()
    server:listen(0, "127.0.0.1", function()
        local port = server:address().port
        local stdio = { "ignore", "inherit", "inherit", server }
        local child = spawn(process.execPath, { process.argv[2], "primary" }, { stdio = stdio })
        child:on("exit", function(code) t("exit", code) end)
        server:close()
        t.mask("PORT", port)
    end)
elseif cluster.isPrimary then
    t.role("primary")
    local listening = 0
    cluster.on("listening", function(_, a)
        t("listening", a)
        listening = listening + 1
        if listening < 2 then return end
        net.connect(a.port, "127.0.0.1"):on("data", function(d) t("data", d) cluster.disconnect() end)
    end)
    cluster.on("exit", function(_, code) t("exit", code) end)
    cluster.fork()
    cluster.fork()
else
    t.role("worker " .. cluster.worker.id)
    local refused = net.createServer()
    refused:on("error", function(err)
        t("error", err, refused.listening)
        local server = net.createServer(function(s) s:end_("by number") end)
        server:listen({ fd = 3 }, function() t("listening", server:address().address, server:address().family) end)
    end)
    refused:listen({ fd = 99 })
end
