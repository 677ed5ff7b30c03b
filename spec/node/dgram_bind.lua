-- IDs: DG-02 DG-03 DG-07 DG-09 DG-10
local t = require("trace")
local dgram = require("dgram")
local function show(s)
    local a = s:address()
    return { a.address, a.family, a.port > 0 }
end
local steps = {}
local function step(fn) steps[#steps + 1] = fn end
local function next_step() table.remove(steps, 1)() end
local function bind(label, type, ...)
    local args, n = { ... }, select("#", ...)
    step(function()
        local s = dgram.createSocket(type)
        t.on(s, label, { "listening", "close" })
        s:on("error", function(err) t(label .. " error", err) s:close() end)
        s:on("close", next_step)
        s:once("listening", function() t(label, show(s)) s:close() end)
        t.throws("address", function() s:address() end)
        t(label .. " returns", s:bind(unpack(args, 1, n)) == s)
        t.throws("again", function() s:bind(0) end)
    end)
end
local function called() t("called back") end
bind("nothing", "udp4")
bind("six", "udp6")
bind("port", "udp4", 0)
bind("nil port", "udp4", nil, "127.0.0.1")
bind("text", "udp4", "0", "127.0.0.1")
bind("callback", "udp4", called)
bind("port and callback", "udp4", 0, called)
bind("all", "udp4", 0, "127.0.0.1", called)
bind("options", "udp4", { port = 0, address = "127.0.0.1" }, called)
bind("no port", "udp4", { address = "127.0.0.1", exclusive = true })
bind("empty", "udp4", {})
bind("empty address", "udp4", 0, "")
bind("six loopback", "udp6", 0, "::1")
bind("wrong family", "udp4", 0, "::1")
bind("not ours", "udp4", 0, "198.51.100.1")
bind("name", "udp4", 0, "localhost")
step(function()
    local busy = dgram.createSocket("udp4")
    busy:bind(0, "127.0.0.1", function()
        local port = busy:address().port
        t.mask("PORT", port)
        t.throws("bound", function() busy:bind(0) end)
        local s = dgram.createSocket("udp4")
        s:once("error", function(err)
            t("taken", err)
            s:bind(0, "127.0.0.1", function()
                t("bound after", show(s), s:listenerCount("listening"), s:listenerCount("error"))
                busy:close(function() s:close(next_step) end)
            end)
        end)
        s:bind(port, "127.0.0.1", function() t("wrong") end)
    end)
end)
step(function()
    local s = dgram.createSocket("udp4")
    s:bind(0, "127.0.0.1", function() t("wrong") end)
    t("close returns", s:close(function() t("closed while binding") next_step() end) == s)
    t.throws("close", function() s:close() end)
end)
step(function()
    local s = dgram.createSocket("udp4")
    local null = require("moonherd.core").openNull()
    for _, fd in ipairs({ 1000, 999, null }) do
        t.throws("fd", function()
            local other = dgram.createSocket("udp4")
            other:bind({ fd = fd, exclusive = true })
        end)
    end
    local args = { send = { "x", 1 }, addMembership = { "224.0.0.1" }, dropMembership = { "224.0.0.1" } }
    s:close(function()
        t("closed, never bound")
        for _, name in ipairs({
            "bind", "address", "remoteAddress", "close", "send", "addMembership", "dropMembership",
            "setMulticastInterface", "addSourceSpecificMembership", "dropSourceSpecificMembership",
        }) do
            t.throws(name, function() s[name](s, unpack(args[name] or {})) end)
        end
        t("ref", s:ref() == s, s:unref() == s)
        next_step()
    end)
end)
step(function() t("done") end)
next_step()
