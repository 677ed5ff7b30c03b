-- IDs: DG-04 DG-07 DG-08
local t = require("trace")
local dgram = require("dgram")
local peer = dgram.createSocket("udp4")
local s = dgram.createSocket("udp4")
local port
local function sent(err, n) t("sent", err, n) end
peer:on("message", function(text, from) t("peer", text) peer:send("re: " .. text, from.port, from.address) end)
peer:bind(0, "127.0.0.1", function()
    port = peer:address().port
    t.mask("PORT", port)
    t.throws("port", function() s:connect() end)
    for _, bad in ipairs({ 0, -1, 70000, "x", 1.5, {} }) do
        t.throws("port", function() s:connect(bad) end)
    end
    for _, bad in ipairs({ 5, true, {} }) do
        t.throws("address", function() s:connect(port, bad) end)
    end
    t.throws("remoteAddress", function() s:remoteAddress() end)
    t.throws("disconnect", function() s:disconnect() end)
    s:on("connect", function() t("connect") end)
    t("returns", s:connect(port, "127.0.0.1", function(...)
        t("connected", select("#", ...))
        t("remote", s:remoteAddress())
        t("bound", s:address().address, s:address().port > 0)
        t.throws("again", function() s:connect(port) end)
        for _, args in ipairs({
            { "x", 0, 1, port }, { "x", 0, 1, port, "127.0.0.1" }, { "x", 0, 1, 0, "127.0.0.1" },
        }) do
            t.throws("with a target", function() s:send(unpack(args)) end)
        end
        t.throws("data", function() s:send(5) end)
        s:send("hello", sent)
    end))
    t.throws("while connecting", function() s:connect(port) end)
    t.throws("not yet", function() s:remoteAddress() end)
end)
local refused
local forms = {
    function() s:send("plain") end,
    function() s:send("sliced", 1, 3) end,
    function() s:send("sliced", 2, 4, sent) end,
    function() s:send({ "a", "b" }, sent) end,
    function()
        t("disconnect", s:disconnect())
        t.throws("twice", function() s:disconnect() end)
        t.throws("remoteAddress", function() s:remoteAddress() end)
        t.throws("no port any more", function() s:send("x") end)
        s:send("to anybody", port, "127.0.0.1")
    end,
    function() s:connect(port, function() t("again") s:send("default address") end) end,
    function()
        s:close()
        local never = dgram.createSocket("udp4")
        never:close(function() t.throws("closed", function() never:connect(port) end) end)
        peer:close(refused)
    end,
}
s:on("message", function(text, from)
    t("message", text, from)
    setImmediate(function() table.remove(forms, 1)() end)
end)
local function failing()
    local f = dgram.createSocket("udp4")
    f:connect(9, "255.255.255.255", function(err)
        t("failed", err)
        f:once("error", function(failure)
            t("failed", failure.code, failure.syscall, failure.hostname)
            f:connect(9, "::1", function(other)
                t("other family", other)
                f:connect(9, "127.0.0.1", function() t("after all") f:close() end)
            end)
        end)
        f:connect(9, "not.a.host.invalid")
    end)
end
refused = function()
    local lonely = dgram.createSocket("udp4")
    lonely:connect(port, "127.0.0.1", function() lonely:send("x", sent) end)
    lonely:on("error", function(err) t("error", err) lonely:close(failing) end)
end
