-- IDs: Q-10
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local listening, answered, late = 0, 0, nil
    local function finish() t("answered", answered) process.exit() end
    cluster.on("listening", function(_, a)
        listening = listening + 1
        if listening < 2 then return end
        cluster.workers[1]:once("message", function()
            -- One of these four goes to a worker that will never take it.
            for _ = 1, 4 do
                local c = net.connect(a.port, "127.0.0.1")
                c:on("data", function()
                    answered = answered + 1
                    if answered == 4 and late then finish() end
                end)
                c:on("error", function() end)
            end
            setTimeout(function() cluster.workers[1].process:kill("SIGKILL") end, 300)
        end)
        cluster.workers[1]:send("spin")
    end)
    cluster.on("exit", function(_, code, signal)
        t("exit", code, signal)
        if answered == 4 then return finish() end
        late = setTimeout(finish, 1500)
    end)
    cluster.fork()
    cluster.fork()
else
    net.createServer(function(s) s:end_("an answer") end):listen(0, "127.0.0.1")
    process.on("message", function() process.send("spins", function() while true do end end) end)
end
