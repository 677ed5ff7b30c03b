-- IDs: NET-05 NET-20 NET-22
local t = require("trace")
local dns = require("dns")
local function told(label, done)
    return function(err, address, family)
        t(label, err and { err.name, err.code, err.errno, err.syscall, err.hostname, err.message }, address, family)
        done()
    end
end
local function bad(label, ...)
    local args, n = { ... }, select("#", ...)
    t.throws(label, function() dns.lookup(unpack(args, 1, n)) end)
end
local function none() t("wrong") end
for _, host in ipairs({ 5, true, {} }) do bad("host", host, none) end
bad("callback", "localhost", 4)
for _, callback in ipairs({ 5, "x", {} }) do bad("callback", "localhost", 4, callback) end
bad("nothing", "localhost")
for _, options in ipairs({ "4", true }) do bad("options", "localhost", options, none) end
for _, family in ipairs({ 5, -4, 4.5, 46 }) do bad("family", "localhost", family, none) end
for _, family in ipairs({ "4", "ipv4", 5, true }) do bad("options.family", "localhost", { family = family }, none) end
for _, all in ipairs({ 1, "x" }) do bad("all", "localhost", { all = all }, none) end
for _, verbatim in ipairs({ 1, "x" }) do bad("verbatim", "localhost", { verbatim = verbatim }, none) end
for _, order in ipairs({ "x", 1, true }) do bad("order", "localhost", { order = order }, none) end
for _, hints in ipairs({ "x", true, 1, 64, 100 }) do bad("hints", "localhost", { hints = hints }, none) end
t("constants", dns.ADDRCONFIG, dns.ALL, dns.V4MAPPED, dns.NOTFOUND, dns.NODATA, dns.SERVFAIL, dns.CANCELLED,
    dns.TIMEOUT)
t("order", dns.getDefaultResultOrder())
process.on("warning", function(warning) t("warning", warning.name, warning.code, warning.message) end)
local inside
local cases = {
    { "127.0.0.1" }, { "::1" }, { "::1", 4 }, { "127.0.0.1", { all = true } }, { "::ffff:1.2.3.4" }, { "" },
    { "", { family = 6 } }, { "", { all = true } }, { n = 2, nil, 6 }, { "localhost", 4 },
    { "localhost", { family = 4 } }, { "localhost", { family = "IPv4" } }, { "localhost", { family = 4, all = true } },
    { "localhost", { all = true, order = "ipv4first", family = 4 } },
    { "localhost", { order = "ipv6first", family = 4, verbatim = false } },
    { "localhost", { family = 6, hints = dns.V4MAPPED, all = true } },
    { "localhost", { family = 4, hints = dns.ADDRCONFIG + dns.V4MAPPED + dns.ALL } },
    { "not.a.host.invalid" }, { "not.a.host.invalid", { all = true } }, { "256.1.1.1", 4 }, { ".." },
    { ("x"):rep(300) },
}
local function next_case()
    local args = table.remove(cases, 1)
    if not args then
        return
    end
    inside = true
    local host = args[1]
    local label = not host and "nothing" or #host > 100 and "long" or host == "" and "nothing" or host
    local function answered(...)
        t("later", not inside)
        told(label, next_case)(...)
    end
    if args[2] then
        dns.lookup(host, args[2], answered)
    else
        dns.lookup(host, answered)
    end
    inside = false
end
next_case()
