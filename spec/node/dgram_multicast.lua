-- IDs: DG-06 DG-11
local t = require("trace")
local dgram = require("dgram")
local bad = dgram.createSocket("udp4")
local function attempt(s, name, ...)
    local args, n, words = { ... }, select("#", ...), {}
    for i = 1, n do
        words[i] = tostring(args[i])
    end
    t.throws(name .. " " .. table.concat(words, " "), function() s[name](s, unpack(args, 1, n)) end)
end
for _, name in ipairs({ "addMembership", "dropMembership" }) do
    attempt(bad, name)
    attempt(bad, name, "")
    for _, group in ipairs({ "x", "127.0.0.1", "300.0.0.1" }) do
        attempt(bad, name, group)
    end
    attempt(bad, name, "224.0.0.114", "x")
end
for _, name in ipairs({ "addSourceSpecificMembership", "dropSourceSpecificMembership" }) do
    attempt(bad, name)
    for _, source in ipairs({ 5, true }) do
        attempt(bad, name, source, "232.1.1.1")
    end
    attempt(bad, name, "127.0.0.1")
    for _, group in ipairs({ 5, true }) do
        attempt(bad, name, "127.0.0.1", group)
    end
    attempt(bad, name, "x", "232.1.1.1", "127.0.0.1")
    attempt(bad, name, "127.0.0.1", "y", "127.0.0.1")
end
bad:close()
local function any(group, join, done)
    local r = dgram.createSocket({ type = "udp4", reuseAddr = true })
    local s = dgram.createSocket("udp4")
    r:on("message", function(text, from)
        t(group, text, from.address, from.family, from.size)
        s:close()
        r:close(done)
    end)
    r:bind(0, "0.0.0.0", function()
        local port = r:address().port
        t("join", join(r))
        s:bind(0, "0.0.0.0", function()
            s:setMulticastInterface("127.0.0.1")
            t("loop", s:setMulticastLoopback(true))
            s:send("to all", port, group, function(err, n) t("sent", err, n) end)
        end)
    end)
end
local next_step
local steps = {
    function()
        any("224.0.0.114", function(r)
            attempt(r, "dropMembership", "224.0.0.114", "127.0.0.1")
            r:addMembership("224.0.0.114", "127.0.0.1")
            attempt(r, "addMembership", "224.0.0.114", "127.0.0.1")
        end, next_step)
    end,
    function()
        any("232.1.1.1", function(r)
            attempt(r, "dropSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1")
            attempt(r, "addSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1")
            attempt(r, "addSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1")
            attempt(r, "dropSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1")
            attempt(r, "addSourceSpecificMembership", "127.0.0.1", "232.1.1.1", "127.0.0.1")
        end, next_step)
    end,
    function()
        local r = dgram.createSocket("udp4")
        attempt(r, "addMembership", "224.0.0.114", "127.0.0.1") -- binds it
        t("bound", r:address().address)
        r:close(next_step)
    end,
    function()
        local r = dgram.createSocket("udp6")
        r:bind(0, function()
            attempt(r, "addMembership", "ff01::1", "::%lo")
            attempt(r, "addMembership", "224.0.0.1", "::%lo")
            attempt(r, "addMembership", "::1", "::%lo")
            attempt(r, "addSourceSpecificMembership", "::1", "ff31::1234", "::%lo")
            attempt(r, "dropSourceSpecificMembership", "::1", "ff31::1234", "::%lo")
            r:close(next_step)
        end)
    end,
    function() t("done") end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
