-- IDs: CL-23 CL-79 CL-84 CL-86
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    process.chdir(process.env.TRACE_DIR)
    local w = cluster.fork()
    w:on("listening", function(a) if a.port > 0 then t.mask("PORT", a.port) end t("listening", a) end)
    w:on("message", function(m) t("message", m) w:kill() end)
    w:on("exit", function(code, signal) t("exit", code, signal) end)
else
    local any = net.createServer()
    any:listen(0, function()
        local path = net.createServer()
        path:listen("a.sock", function()
            local own = net.createServer()
            own:listen({ port = 0, host = "127.0.0.1", exclusive = true }, function()
                process.send({ any:address().address, any:address().family, path:address(), own:address().family })
            end)
        end)
    end)
end
