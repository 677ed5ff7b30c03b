-- IDs: DG-01 DG-10
local t = require("trace")
local dgram = require("dgram")
t.throws("type", function() dgram.createSocket() end)
for _, type in ipairs({ "udp", "UDP4", "tcp4", 4, true, {}, { type = "udp" }, { type = 6 } }) do
    t.throws("type", function() dgram.createSocket(type) end)
end
t.throws("lookup", function() dgram.createSocket({ type = "udp4", lookup = "x" }) end)
t.throws("lookup", function() dgram.createSocket({ type = "udp4", lookup = {} }) end)
for _, size in ipairs({ "x", -1, 1.5, 2 ^ 32, math.huge }) do
    t.throws("recvBufferSize", function() dgram.createSocket({ type = "udp4", recvBufferSize = size }) end)
    t.throws("sendBufferSize", function() dgram.createSocket({ type = "udp4", sendBufferSize = size }) end)
end
for _, signal in ipairs({ "x", 1, true, {} }) do
    t.throws("signal", function() dgram.createSocket({ type = "udp4", signal = signal }) end)
end
t("types", dgram.createSocket("udp4").type, dgram.createSocket({ type = "udp6" }).type, dgram.Socket("udp4").type)
t("class", getmetatable(dgram.createSocket("udp4")) == getmetatable(dgram.Socket("udp6")))
local options = { type = "udp4", reuseAddr = true, recvBufferSize = 20000, sendBufferSize = 30000 }
local socket
socket = dgram.createSocket(options, function(text) t("message", text) socket:close(function() t("closed") end) end)
t("listener", socket:listenerCount("message"))
options.type = "changed"
socket:bind(0, "127.0.0.1", function()
    t("sizes", socket:getRecvBufferSize(), socket:getSendBufferSize())
    socket:send("hello", socket:address().port, "127.0.0.1")
end)
local aborted = AbortSignal.abort()
local dead = dgram.createSocket({ type = "udp4", signal = aborted })
dead:on("close", function()
    t("aborted before")
    t.throws("bind", function() dead:bind(0) end)
end)
local controller = AbortController()
local watched = dgram.createSocket({ type = "udp4", signal = controller.signal })
watched:on("close", function()
    t("aborted")
    t.throws("close", function() watched:close() end)
    controller:abort()
end)
watched:bind(0, "127.0.0.1", function() controller:abort() end)
local own = AbortController()
local closed = dgram.createSocket({ type = "udp4", signal = own.signal })
closed:close(function()
    own:abort()
    t("abort of a closed one does nothing")
end)
