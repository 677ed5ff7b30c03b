-- net.lua - a store of words on TCP: one line asks, one line answers.
--
--     scripts/run scripts/examples/net.lua              PORT (6000) and HOST change it; or PORT=/tmp/store.sock
--     nc 127.0.0.1 6000
--
--         set colour blue       -> ok
--         get colour            -> blue
--         keys                  -> colour
--         quit
--
-- What to look at: bytes come in pieces that have nothing to do with lines; a client who sends and never reads is
-- paused until it does; and one who says nothing for IDLE ms (60000) is let go.

local net = require "net"

local HOST, PORT = process.env.HOST or "127.0.0.1", process.env.PORT or 6000
local IDLE = tonumber(process.env.IDLE) or 60000
local MAX_LINE = 65536

local store = {}
local commands = {}

function commands.set(key, value)
    store[key] = value
    return "ok"
end

function commands.get(key)
    return store[key] or "?"
end

function commands.del(key)
    local known = store[key]
    store[key] = nil
    return known and "ok" or "?"
end

function commands.keys()
    local keys = {}
    for key in pairs(store) do
        table.insert(keys, key)
    end
    table.sort(keys)
    return table.concat(keys, " ")
end

local function answer(line)
    local command, key, value = line:match("^(%l+) ?(%S*) ?(.*)$")
    local run = commands[command]
    local complete = (command == "keys") or (key ~= "" and (command ~= "set" or value ~= ""))
    return run and complete and run(key, value) or "! set KEY VALUE, get KEY, del KEY, keys, quit"
end

local server = net.createServer(function(socket)
    local text, at = "", 1 -- what was read, and where the next line begins

    local function bye(words)
        socket:removeAllListeners("data")
        socket:end_(words)
    end

    local function take_lines()
        local stop = text:find("\n", at, true)
        while stop do
            local line = text:sub(at, stop - 1):gsub("\r$", "")
            at = stop + 1
            if line == "quit" then
                return bye("")
            elseif not socket:write(answer(line) .. "\n") then
                return socket:pause() -- enough is waiting to be read over there; "drain" tells when it was
            end
            stop = text:find("\n", at, true)
        end
        if #text - at >= MAX_LINE then
            bye("! a line of that length\n")
        end
    end

    socket:on("data", function(bytes)
        text, at = text:sub(at) .. bytes, 1
        take_lines()
    end)
    socket:on("drain", function()
        socket:resume()
        take_lines()
    end)
    socket:setTimeout(IDLE, function() bye("! you are asleep\n") end)
    socket:on("error", function(err) console.log("a client broke off: %s", err.code) end)
end)

server:on("error", function(err)
    console.error("cannot listen: %s; PORT and HOST change it", err.message)
    process.exit(1)
end)

local function ready()
    local address = server:address()
    console.log("the store is at %s", type(address) == "table" and address.address .. ":" .. address.port or address)
end

if tonumber(PORT) then
    server:listen(tonumber(PORT), HOST, ready)
else
    server:listen(PORT, ready)
end
