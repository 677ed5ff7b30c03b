-- IDs: DG-04 DG-05 DG-08
local t = require("trace")
local dgram = require("dgram")
local errors = require("moonherd.errors")
local s = dgram.createSocket("udp4")
local function bad(label, ...)
    local args, n = { ... }, select("#", ...)
    t.throws(label, function() s:send(unpack(args, 1, n)) end)
end
bad("nothing")
bad("no port", "x")
for _, port in ipairs({ 0, -1, 65536, 1.5, "x", true, {} }) do
    bad("port", "x", port, "127.0.0.1")
end
for _, data in ipairs({ 5, true, function() end }) do
    bad("data", data, 1, "127.0.0.1")
end
bad("no data", nil, 1)
bad("piece", { "x", 5 }, 1)
bad("piece", { { "x" } }, 1)
for _, address in ipairs({ 5, true, {} }) do
    bad("address", "x", 0, 1, 1, address)
end
bad("offset", "abc", 4, 0, 1, "127.0.0.1")
bad("length", "abc", 0, 4, 1, "127.0.0.1")
bad("both", "abc", 2, 2, 1, "127.0.0.1")
bad("sliced list", { "abc" }, 0, 1, 1, "127.0.0.1")
t("nothing was bound", s:listenerCount("listening"))
local big = ("x"):rep(70000)
local next_step
local steps = {
    function() s:send(big, 9, "127.0.0.1", function(err, n) t("too big", err, n) next_step() end) end,
    function() s:send(big, 9, "127.0.0.1") t("silent") setImmediate(next_step) end,
    function()
        s:send("x", 9, "not.a.host.invalid", function(err, n)
            t("name", err.code, err.syscall, err.hostname, n)
            next_step()
        end)
    end,
    function()
        s:once("error", function(err) t("error", err.code, err.syscall, err.hostname) next_step() end)
        s:send("x", 9, "not.a.host.invalid")
    end,
    function() s:send("x", 9, "::1", function(err, n) t("other family", err.code, n) next_step() end) end,
    function() s:send("x", 9, "255.255.255.255", function(err, n) t("broadcast", err, n) next_step() end) end,
    function()
        local own = dgram.createSocket({ type = "udp4", lookup = function(host, family, cb)
            t("lookup", host, family)
            cb(nil, "127.0.0.1")
        end })
        own:bind(0, "some.host", function()
            own:on("message", function(text) t("by own lookup", text) own:close(next_step) end)
            own:send("hello", own:address().port, "another.host")
        end)
    end,
    function()
        local own = dgram.createSocket({ type = "udp4", lookup = function(host, _, cb)
            if host == "0.0.0.0" then
                return cb(nil, host)
            end
            cb(errors.new("Error", "ENO", "no " .. host))
        end })
        own:on("error", function(err) t("lookup failed", err) own:close(next_step) end)
        own:send("x", 1, "host", function(err, n) t("told", err, n) own:send("x", 1, "host") end)
    end,
    function()
        s:close(function()
            t.throws("closed", function() s:send("x", 1) end)
            t.throws("closed", function() s:send(5, 1) end)
        end)
    end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
