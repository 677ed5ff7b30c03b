-- IDs: Q-17
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local clients = 300
    local function open()
        local count = 0
        for _ in io.popen("ls /proc/" .. process.pid .. "/fd"):lines() do count = count + 1 end
        return count
    end
    local connected = 0
    local w = cluster.fork()
    w:on("listening", function(a)
        w:once("message", function()
            -- Nobody takes any of these.
            local before = open()
            for _ = 1, clients do
                local c = net.connect(a.port, "127.0.0.1")
                c:on("error", function() end)
                c:on("connect", function()
                    connected = connected + 1
                    if connected < clients then return end
                    local looks, look = 0, nil
                    look = setInterval(function()
                        -- Beside the clients' own ends.
                        local held = open() - before - clients
                        looks = looks + 1
                        if held <= 200 and looks < 20 then return end
                        clearInterval(look)
                        t("held by the primary", held > 200 and "nearly all" or "some")
                        w.process:kill("SIGKILL")
                    end, 50)
                end)
            end
        end)
        w:send("spin")
    end)
    w:on("exit", function(code, signal) t("exit", code, signal) process.exit() end)
else
    net.createServer():listen(0, "127.0.0.1")
    process.on("message", function() process.send("spins", function() while true do end end) end)
end
