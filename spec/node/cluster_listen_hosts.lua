-- IDs: CL-80 CL-81 CL-82 CL-85
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    process.chdir(process.env.TRACE_DIR)
    local w = cluster.fork()
    w:on("listening", function(a) if a.port > 0 then t.mask("PORT", a.port) end t("listening", a) end)
    w:on("message", function()
        local stat = require("child_process").spawn("stat", { "-c", "%a", "all.sock" })
        stat.stdout:on("data", function(d) t("mode", d) w:kill() end)
    end)
    w:on("exit", function(code, signal) t("exit", code, signal) end)
else
    net.createServer():listen({ port = 0, host = "::1", ipv6Only = true, backlog = 5 }, function()
        net.createServer():listen({ port = 0, host = "127.0.0.2" }, function()
            net.createServer():listen({ path = "all.sock", readableAll = true, writableAll = true }, function()
                process.send("done")
            end)
        end)
    end)
end
