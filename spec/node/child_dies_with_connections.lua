-- IDs: Q-09
local t = require("trace")
local net = require("net")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function() process.send("got") end)
else
    local child = fork(process.argv[2], { "child" })
    local server = net.createServer({ pauseOnConnect = true }, function(socket) child:send("socket", socket) end)
    child:on("message", function() child:kill("SIGKILL") end)
    child:on("exit", function()
        setImmediate(function()
            setTimeout(function() t("waited", "in vain") process.exit() end, 500)
            server:getConnections(function(err, n) t("count", err, n) end)
            server:close(function() t("closed") process.exit() end)
        end)
    end)
    server:listen(0, "127.0.0.1", function()
        net.connect(server:address().port, "127.0.0.1"):on("error", function() end)
    end)
end
