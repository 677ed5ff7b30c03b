-- IDs: CL-77
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local busy
    busy = net.createServer():listen(0, "127.0.0.1", function()
        local port = busy:address().port
        local ready = {}
        for _ = 1, 2 do
            local w = cluster.fork({ BUSY = port })
            w:on("exit", function(code) t("exit", code) end)
            w:on("message", function(m)
                ready[#ready + 1] = w
                if m ~= "failed" then
                    t.role("answers")
                    t("then", m)
                    t.role("main")
                    if #ready == 4 then
                        for _, each in ipairs(ready) do
                            if not each:isDead() then each:kill() end
                        end
                    end
                elseif #ready == 2 then
                    busy:close(function() ready[1]:send("listen") ready[2]:send("listen") end)
                end
            end)
        end
    end)
else
    local port = tonumber(process.env.BUSY)
    net.createServer():on("error", function() process.send("failed") end):listen(port, "127.0.0.1")
    process.on("message", function()
        net.createServer():on("error", function(err) process.send(err.code) end):listen(port, "127.0.0.1", function()
            process.send("listening")
        end)
    end)
end
