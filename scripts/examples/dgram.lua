-- dgram.lua - ping over UDP: how long does a datagram take, and how many are lost?
--
--     scripts/run scripts/examples/dgram.lua            answers; PORT (9000) and HOST change where
--     scripts/run scripts/examples/dgram.lua 10         sends ten, and says how they fared
--
-- What to look at: nobody tells a sender that a datagram was lost; who wants to know numbers them and waits.

local async = require "async"
local dgram = require "dgram"

local HOST, PORT = process.env.HOST or "127.0.0.1", tonumber(process.env.PORT) or 9000
local COUNT = tonumber(process.argv[3])
local WAIT = 1000 -- ms for an answer

local socket = dgram.createSocket(HOST:find(":", 1, true) and "udp6" or "udp4")

local function answer()
    socket:on("message", function(text, from)
        socket:send(text, from.port, from.address)
    end)
    local ok, err = async.call(socket.bind, socket, PORT, HOST)
    if not ok then
        console.error("cannot answer there: %s; PORT and HOST change it", err.message)
        process.exit(1)
    end
    local address = socket:address()
    console.log("answering on %s port %d", address.address, address.port)
end

local function now()
    return tonumber(process.hrtime.bigint()) / 1e6
end

--- Waits for the answer with this number; an older one may come first.
local function wait_for(number, began)
    while true do
        local left = WAIT - (now() - began)
        local text = left > 0 and async.once(socket, "message", left)
        if not text or text == number then
            return text and now() - began
        end
    end
end

local function ask()
    local lost, sum = 0, 0
    for i = 1, COUNT do
        local began = now()
        assert(async.call(socket.send, socket, tostring(i), PORT, HOST))
        local ms = wait_for(tostring(i), began)
        console.log(ms and ("%d: %.2f ms"):format(i, ms) or ("%d: lost"):format(i))
        lost, sum = lost + (ms and 0 or 1), sum + (ms or 0)
    end
    console.log("%d sent, %d lost%s", COUNT, lost,
        lost < COUNT and (", %.2f ms on average"):format(sum / (COUNT - lost)) or "")
    process.exitCode = lost > 0 and 1 or 0
    socket:close()
end

async.run(COUNT and ask or answer)
