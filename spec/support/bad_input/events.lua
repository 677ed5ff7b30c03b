--- What the bad-input cases need for events.
local events = require("moonherd.events")

local function nothing() end

return {
    receivers = {
        ["moonherd.EventEmitter"] = { open = events.EventEmitter },
    },
    valid = {
        ["moonherd.EventEmitter:emit"] = function() return { "event", 1, nil, 3 } end,
        ["moonherd.EventEmitter:listenerCount"] = function() return { "event", nothing } end,
    },
    -- Node's words.
    named = {
        ["events.setMaxListeners"] = { n = "setMaxListeners" },
        ["moonherd.EventEmitter:setMaxListeners"] = { n = "setMaxListeners" },
    },
}
