-- IDs: DG-11
local t = require("trace")
local dgram = require("dgram")
local unbound = dgram.createSocket("udp4")
for _, entry in ipairs({
    { "setTTL", 5 }, { "setMulticastTTL", 5 }, { "setMulticastLoopback", true }, { "setBroadcast", true },
    { "setMulticastInterface", "127.0.0.1" }, { "getRecvBufferSize" }, { "getSendBufferSize" },
    { "setRecvBufferSize", 20000 }, { "setSendBufferSize", 20000 },
}) do
    t.throws("unbound " .. entry[1], function() unbound[entry[1]](unbound, entry[2]) end)
end
t("unbound queue", unbound:getSendQueueSize(), unbound:getSendQueueCount())
local function on(type, address, done)
    local s = dgram.createSocket(type)
    s:bind(0, address, function()
        local function call(name, arg)
            local ok, result = pcall(s[name], s, arg)
            if arg == nil then
                t(type .. " " .. name, result)
            else
                t(type .. " " .. name, arg, result)
            end
            return ok
        end
        local none = {}
        for _, name in ipairs({ "setTTL", "setMulticastTTL" }) do
            for _, ttl in ipairs({ 1, 64, 255, 256, -1, 1000, 1e9, none, "5", true, {} }) do
                if ttl == none then
                    t(type .. " " .. name, nil, select(2, pcall(s[name], s)))
                else
                    call(name, ttl)
                end
            end
        end
        call("setTTL", 0)
        call("setMulticastTTL", 0)
        for _, value in ipairs({ true, false, 1, 0 }) do
            call("setMulticastLoopback", value)
            call("setBroadcast", value)
        end
        for _, name in ipairs({ "setRecvBufferSize", "setSendBufferSize" }) do
            for _, size in ipairs({ 8192, 100000, -1, 1.5, "x", true, none, 2 ^ 32, math.huge }) do
                if size == none then
                    t(type .. " " .. name, nil, select(2, pcall(s[name], s)))
                else
                    t(type .. " " .. name, size, select(2, pcall(s[name], s, size)))
                end
            end
            call((name:gsub("set", "get")))
        end
        call("setRecvBufferSize", 3000000000)
        t(type .. " setMulticastInterface", nil, select(2, pcall(s.setMulticastInterface, s)))
        for _, interface in ipairs({ 5, true, "", "x", "300.0.0.1" }) do
            call("setMulticastInterface", interface)
        end
        call("setMulticastInterface", type == "udp4" and "127.0.0.1" or "::%lo")
        call("getSendQueueSize")
        call("getSendQueueCount")
        s:close(done)
    end)
end
on("udp4", "127.0.0.1", function()
    on("udp6", "::1", function()
        local s, r = dgram.createSocket("udp4"), dgram.createSocket("udp4")
        r:bind(0, "0.0.0.0", function()
            s:bind(0, "0.0.0.0", function()
                local port = r:address().port
                t.mask("PORT", port)
                s:send("x", port, "255.255.255.255", function(refusal)
                    t("not allowed", refusal)
                    s:setBroadcast(true)
                    s:send("x", port, "127.255.255.255", function(err, n) t("allowed", err, n) end)
                end)
                r:on("message", function(text) t("broadcast", text) s:close() r:close() end)
            end)
        end)
    end)
end)
