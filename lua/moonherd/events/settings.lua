--- What users may set on the module of events, which grows from this table.

local errors = require("moonherd.errors")

local M = {
    --- Listeners per event name above which a leak is suspected; an emitter's setMaxListeners overrides it.
    defaultMaxListeners = 10,
    --- Listeners of this name hear an "error" before its own listeners do, and do not count as handling it.
    errorMonitor = setmetatable({}, {
        __tostring = function()
            return "Symbol(events.errorMonitor)"
        end,
    }),
}

--- Called with the warning, an error table with `emitter`, `type` and `count`, when an event name passes its
--- maximum of listeners for the first time. Replaceable; by itself it goes to process.emitWarning, if that
--- module is loaded, and else nowhere.
---@param warning moonherd.Error
function M.onWarning(warning)
    if not errors.is(warning) then
        error(errors.arg_type("warning", "Error", warning), 0)
    end
    local process = package.loaded["moonherd.process"]
    if type(process) == "table" and process.emitWarning then
        process.emitWarning(warning)
    end
end

return M
