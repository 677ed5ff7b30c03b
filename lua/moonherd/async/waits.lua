--- What a wait for an event of an emitter has to know: how it can end otherwise, and in which words that is told.

local errors = require("moonherd.errors")
local listening = require("moonherd.async.listening")

local M = {
    --- In place of an error: the emitter has ended.
    CLOSED = {},
}

--- The values of an event or a callback as a function returns them: something that counts as true comes first, or
--- false for a first value of nil, so that nil is always a failure.
---@param ... any
---@return any ...
function M.success(...)
    if select("#", ...) == 0 then
        return true
    elseif (...) == nil then
        return false, select(2, ...)
    end
    return ...
end

--- An "error" event's argument, which somebody may have left out.
---@param err any
---@return any err never nil
function M.failure(err)
    if err == nil then
        return errors.new("Error", "ERR_UNHANDLED_ERROR", "Unhandled error. (nil)")
    end
    return err
end

--- How an emitter is called in a message: "ChildProcess (pid 12)", "Worker 3 (pid 12)", "Server".
---@param emitter table
---@return string
function M.words(emitter)
    local mt = getmetatable(emitter)
    local class = type(mt) == "table" and rawget(mt, "__name") or "EventEmitter"
    local process = rawget(emitter, "process")
    if type(process) == "table" and rawget(emitter, "id") then
        return ("%s %s (pid %s)"):format(class, tostring(emitter.id), tostring(process.pid))
    elseif rawget(emitter, "pid") and class ~= "process" then
        return ("%s (pid %s)"):format(class, tostring(emitter.pid))
    end
    return class
end

--- The events after which `name` does not come any more.
local function last_events(emitter, name)
    if name == "close" or name == "error" then
        return {}
    elseif name == "data" then
        return { "end", "close" }
    elseif emitter.isConnected then -- a Worker, which has no "close"
        return (name == "exit" or name == "disconnect") and {} or { "exit" }
    elseif name == "message" and emitter.connected ~= nil then
        return { "disconnect", "close" }
    end
    return { "close" }
end

--- Joins all events that decide a wait: `on_event(...)` for the event itself, `on_end(err)` when it cannot come any
--- more, with the argument of "error", or CLOSED.
---@param emitter moonherd.EventEmitter
---@param name any
---@param on_event function
---@param on_end fun(err: any)
---@return table[] entries for leave
function M.join(emitter, name, on_event, on_end)
    local entries = { listening.join(emitter, name, on_event) }
    if name ~= "error" then
        entries[2] = listening.join(emitter, "error", function(err)
            on_end(M.failure(err))
        end)
    end
    for _, last in ipairs(last_events(emitter, name)) do
        entries[#entries + 1] = listening.join(emitter, last, function()
            on_end(M.CLOSED)
        end)
    end
    return entries
end

---@param entries table[]
function M.leave(entries)
    for i = 1, #entries do
        listening.leave(entries[i])
    end
end

--- Whether `err` is what on_end gets when the emitter has ended in order.
---@param err any
---@return boolean
function M.is_closed(err)
    return err == M.CLOSED
end

--- The error of an emitter that ended before what was waited for.
---@param emitter table
---@param what string
---@return moonherd.Error
function M.closed(emitter, what)
    return errors.new("Error", "ERR_CLOSED_WHILE_WAITING", ("%s ended before %s"):format(M.words(emitter), what))
end

return M
