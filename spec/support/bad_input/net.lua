--- What the bad-input cases need for net.
local net = require("moonherd.net")

local function nothing() end

local function closed()
    return net.Socket():on("error", nothing):destroy()
end

local function listening()
    return net.createServer():listen({ port = 0, host = "127.0.0.1" })
end

local function socket()
    return net.Socket():on("error", nothing)
end

local WORDS = { host = { "host", "backlog" }, path = "port", options = "port", ["options.localAddress"] = "address" }

return {
    receivers = {
        ["moonherd.Socket"] = { open = socket, closed = closed },
        ["moonherd.Server"] = {
            open = listening,
            closed = function() return listening():close() end,
            dispose = function(server) server:close() end,
        },
    },
    valid = {
        ["net.connect"] = function() return { { path = "/no/such/socket" } } end,
        ["net.createConnection"] = function() return { { path = "/no/such/socket" } } end,
        ["moonherd.Socket:pipe"] = function() return { socket() } end,
        ["moonherd.Socket:setDefaultEncoding"] = function() return { "utf8" } end,
        ["moonherd.Socket:setEncoding"] = function() return { "utf8" } end,
        ["moonherd.Socket:connect"] = function() return { { path = "/no/such/socket" } } end,
        ["moonherd.Socket:connect/2"] = function() return { "/no/such/socket" } end,
        ["net.connect/2"] = function() return { "/no/such/socket" } end,
        ["net.createConnection/2"] = function() return { "/no/such/socket" } end,
        ["moonherd.Server:listen/1"] = function() return { 0, "127.0.0.1" } end,
        ["moonherd.Server:listen/2"] = function() return { "/no/such/socket" } end,
    },
    objects = {
        ["moonherd.Server:listen"] = function() return net.createServer():on("error", nothing) end,
    },
    -- Node's words: what is no path is taken for a port.
    named = {
        ["moonherd.Socket:write"] = { data = "chunk" },
        ["moonherd.Socket:end_"] = { data = "chunk" },
        ["moonherd.Server:listen/1"] = WORDS,
        ["net.connect/2"] = WORDS,
        ["net.connect/3"] = WORDS,
        ["net.createConnection/2"] = WORDS,
        ["net.createConnection/3"] = WORDS,
        ["moonherd.Socket:connect/2"] = WORDS,
        ["moonherd.Socket:connect/3"] = WORDS,
        ["moonherd.Server:listen/2"] = WORDS,
        ["moonherd.Server:listen/3"] = { options = "port", callback = { "callback", "backlog" } },
    },
    options = {
        ["moonherd.net.ConnectionOptions"] = function() return { port = 1, host = "127.0.0.1" } end,
        ["moonherd.net.ConnectOptions"] = function() return { port = 1, host = "127.0.0.1" } end,
        ["moonherd.net.ListenOptions"] = function() return { port = 0, host = "127.0.0.1" } end,
    },
}
