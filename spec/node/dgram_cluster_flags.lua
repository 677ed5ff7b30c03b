-- IDs: CL-97 DG-14
local t = require("trace")
local cluster = require("cluster")
local dgram = require("dgram")
if cluster.isPrimary then
    local w = cluster.fork()
    w.process:on("internalMessage", function(m)
        if m.act == "queryServer" then
            t("asked", m.address, m.port, m.addressType, m.fd, m.flags, m.index)
        end
    end)
    w:on("listening", function(a) t.mask("PORT", a.port) t("listening", a) end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    local kinds = { "udp4", { type = "udp4", reuseAddr = true }, { type = "udp6", ipv6Only = true },
        { type = "udp6", ipv6Only = true, reuseAddr = true }, { type = "udp6", ipv6Only = false, reuseAddr = false } }
    local open = {}
    local function next_kind()
        local kind = table.remove(kinds, 1)
        if not kind then
            return process.disconnect()
        end
        local s = dgram.createSocket(kind)
        open[#open + 1] = s
        s:bind(0, function() t("bound", s:address().address) setImmediate(next_kind) end)
    end
    next_kind()
end
