-- IDs: NET-01 NET-02 NET-20 NET-24 NET-30 ER-11 ER-12 ER-13 ER-15
local t = require("trace")
local net = require("net")
for _, bad in ipairs({ 5, "x", true }) do t.throws("createServer", function() net.createServer(bad) end) end
for _, bad in ipairs({ -1, 65536, 1.5 }) do t.throws("port", function() net.createServer():listen(bad) end) end
local function try(label, fn, ...)
    local ok, err = pcall(fn, ...)
    if not ok then t(label, err.name, err.code) end
end
try("nothing", function() net.createServer():listen({}) end)
t.throws("opts port", function() net.createServer():listen({ port = 70000 }) end)
for _, bad in ipairs({ -1, 65536, 1.5, "x y" }) do
    local ok, err = pcall(net.connect, { port = bad })
    if not ok then t("connect", err) end
end
try("connect", net.connect, {})
try("connect", net.connect)
local s = net.Socket()
local values = { n = 4, nil, 5, {}, true }
for i = 1, values.n do try("write", s.write, s, values[i]) end
for _, bad in ipairs({ -1, "x", 0 / 0 }) do
    local ok, err = pcall(s.setTimeout, s, bad)
    if not ok then t("timeout", err) end
end
