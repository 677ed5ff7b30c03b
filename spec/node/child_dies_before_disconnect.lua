-- IDs: Q-12
local t = require("trace")
local net = require("net")
local fork = require("child_process").fork
if process.argv[3] then
    process.send("spins", function() while true do end end)
else
    local child = fork(process.argv[2], { "child" })
    local server = net.createServer({ pauseOnConnect = true }, function(socket)
        child:send("socket", socket, function() end)
        child:disconnect()
        t("connected", child.connected)
        child:kill("SIGKILL")
    end)
    t.on(child, "child", { "error", "disconnect", "exit" })
    child:on("exit", function() setTimeout(function() process.exit() end, 100) end)
    child:on("message", function()
        server:listen(0, "127.0.0.1", function()
            net.connect(server:address().port, "127.0.0.1"):on("error", function() end)
        end)
    end)
end
