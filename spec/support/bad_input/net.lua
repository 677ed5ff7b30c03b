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

return {
    receivers = {
        ["moonherd.Socket"] = { open = socket, closed = closed },
        ["moonherd.Server"] = {
            open = listening,
            closed = function() return listening():close() end,
            dispose = function(server) server:close() end,
        },
    },
    named = {
        ["moonherd.Socket:pipe"] = { ["options.end_"] = "options.end" },
        ["moonherd.Socket:write"] = { data = "chunk" },
        ["moonherd.Socket:end_"] = { data = "chunk" },
    },
    valid = {
        ["net.connect"] = function() return { { path = "/no/such/socket" } } end,
        ["net.createConnection"] = function() return { { path = "/no/such/socket" } } end,
        ["moonherd.Socket:pipe"] = function() return { socket() } end,
        ["moonherd.Socket:setDefaultEncoding"] = function() return { "utf8" } end,
        ["moonherd.Socket:setEncoding"] = function() return { "utf8" } end,
        ["moonherd.Socket:connect"] = function() return { { path = "/no/such/socket" } } end,
    },
}
