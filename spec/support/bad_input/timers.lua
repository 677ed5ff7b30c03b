--- What the bad-input cases need for timers.
local timers = require("moonherd.timers")

local function nothing() end

local function timeout()
    return timers.setTimeout(nothing, 1000)
end

local function immediate()
    return timers.setImmediate(nothing)
end

local function clear(...)
    for _, value in ipairs({ ... }) do
        timers.clearTimeout(value)
        timers.clearImmediate(value)
    end
end

return {
    receivers = {
        ["moonherd.Timeout"] = {
            open = timeout,
            closed = function() return timeout():close() end,
            dispose = clear,
        },
        ["moonherd.Immediate"] = {
            open = immediate,
            closed = function()
                local object = immediate()
                timers.clearImmediate(object)
                return object
            end,
            dispose = clear,
        },
    },
    dispose = clear,
}
