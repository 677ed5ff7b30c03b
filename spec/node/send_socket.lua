-- IDs: CP-67 CP-70 CP-65 NET-29
local t = require("trace")
local fork = require("child_process").fork
local net = require("net")
if process.argv[3] then
    t.role("child")
    process.on("message", function(m, socket)
        t("message", m, socket ~= nil)
        if not socket then return process.send("write") end
        socket:on("data", function(d) t("data", d) socket:end_("child says " .. d) process.disconnect() end)
        socket:resume()
    end)
else
    local child = fork(process.argv[2], { "child" })
    local server
    server = net.createServer({ pauseOnConnect = true }, function(socket)
        child:send("socket", socket)
        child:send("after")
        server:close()
    end)
    server:listen(0, "127.0.0.1", function()
        local c = net.connect(server:address().port, "127.0.0.1")
        child:on("message", function() c:write("hi") end)
        c:on("data", function(d) t("client", d) end)
        c:on("close", function(bad) t("close", bad) end)
    end)
    child:on("exit", function(code)
        t.role("exit")
        t("exit", code)
        t.role("main")
    end)
end
