--- What the bad-input cases need for the globals.
local abort = require("moonherd.abort")
local errors = require("moonherd.errors")
local timers = require("spec.support.bad_input.timers")

local function aborted()
    return abort.AbortSignal.abort("enough")
end

return {
    receivers = {
        ["moonherd.AbortController"] = {
            open = abort.AbortController,
            closed = function()
                local controller = abort.AbortController()
                controller:abort()
                return controller
            end,
        },
        ["moonherd.AbortSignal"] = {
            open = function() return abort.AbortController().signal end,
            closed = aborted,
        },
        ["moonherd.Error"] = { open = function() return errors.new("Error", "E", "a message") end },
    },
    valid = {
        ["moonherd.AbortSignal.any"] = function() return { { aborted() } } end,
    },
    rethrows = { ["moonherd.AbortSignal:throwIfAborted"] = true },
    dispose = timers.dispose,
}
