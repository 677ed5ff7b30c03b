--- What the bad-input cases need for streams: the smallest ones that there can be.
local events = require("moonherd.events")
local readable = require("moonherd.stream.readable")
local reading = require("moonherd.net.reading")
local writable = require("moonherd.stream.writable")

local function nothing() end

local Source = { __name = "Readable", readable = true, destroyed = false }

-- As a socket has them.
Source.resume, Source.pause = reading.resume, reading.pause

readable.install(Source)
events.mixin(Source)

local Sink = {
    __name = "Writable",
    writable = true,
    destroyed = false,
    writableEnded = false,
    writableFinished = false,
    writableLength = 0,
    writableHighWaterMark = 16384,
    writableNeedDrain = false,
    write = function() return true end,
    end_ = nothing,
}
writable.install(Sink)
events.mixin(Sink)

local function open_sink()
    local sink = setmetatable({}, Sink)
    sink:on("error", nothing)
    return sink
end

return {
    receivers = {
        ["moonherd.Readable"] = { open = function() return setmetatable({}, Source) end },
        ["moonherd.Writable"] = { open = open_sink },
    },
    valid = {
        ["moonherd.Readable:setEncoding"] = function() return { "utf8" } end,
        ["moonherd.Writable:setDefaultEncoding"] = function() return { "utf8" } end,
        ["moonherd.Readable:pipe"] = function() return { open_sink() } end,
        ["moonherd.Readable:unpipe"] = function() return { open_sink() } end,
    },
    named = {
        ["moonherd.Readable:pipe"] = { ["options.end_"] = "options.end" }, -- Node's word
    },
    dispose = nothing,
}
