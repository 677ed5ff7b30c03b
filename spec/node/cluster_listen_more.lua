-- IDs: CL-70 CL-80 CL-81 CL-89
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("listening", function(a) t.mask("PORT", a.port) t("listening", a) end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    local steps = {
        function(next_step) net.createServer():listen():on("listening", next_step) end,
        function(next_step) net.createServer():listen({ port = 0, host = "::1" }, next_step) end,
        function(next_step)
            -- One family only: the other side of the port is free.
            local six = net.createServer()
            six:listen({ port = 0, host = "::", ipv6Only = true }, function()
                local four = net.createServer()
                four:listen({ port = six:address().port, host = "0.0.0.0" }, function()
                    t("both", four:address().address)
                    next_step()
                end)
            end)
        end,
        function(next_step)
            net.createServer():on("error", function(err) t("address", err) next_step() end):listen(0, "192.0.2.1")
        end,
        function(next_step)
            net.createServer():on("error", function(err)
                t("name", err.code, err.syscall, err.hostname)
                next_step()
            end):listen(0, "no.such.host.invalid")
        end,
        function()
            t.throws("port", function() net.createServer():listen(70000) end)
            process.exit()
        end,
    }
    local function run(i)
        steps[i](function() setTimeout(run, 20, i + 1) end)
    end
    run(1)
end
