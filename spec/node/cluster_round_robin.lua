-- IDs: CL-72 CL-77 CL-75
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local listening = 0
    local ports, port_count = {}, 0
    local answers = {}
    local function start(port)
        local function next_one(i)
            if i == 8 then
                local same = true
                for k = 1, 4 do same = same and answers[k] == answers[k + 4] end
                local first = { unpack(answers, 1, 4) }
                table.sort(first)
                t("rotation", same, first)
                cluster.disconnect()
                return
            end
            local s = net.connect(port, "127.0.0.1")
            s:on("data", function(d) answers[#answers + 1] = tonumber(d) end)
            s:on("close", function() setTimeout(next_one, 20, i + 1) end)
        end
        next_one(0)
    end
    cluster.on("listening", function(_, a)
        if not ports[a.port] then
            ports[a.port] = true
            port_count = port_count + 1
        end
        listening = listening + 1
        if listening == 4 then t("one port", port_count) start(a.port) end
    end)
    cluster.on("exit", function(_, code) t("exit", code) end)
    for _ = 1, 4 do cluster.fork() end
else
    net.createServer(function(s) s:end_(("%d"):format(cluster.worker.id)) end):listen(0, "127.0.0.1")
end
