--- The idle timeout of a socket: "timeout" when nothing was read or written for a while. Nothing else happens then.
--
--     idle.set(socket, 5000)       -- 0 takes it away
--     idle.touch(socket)           -- something moved; call it only while socket._idle is set
--
-- Moving bytes costs one look at the loop's clock: the timer finds out when it fires whether it was too early, and
-- goes on for what is left.

local core = require("moonherd.core")
local timers = require("moonherd.timers")

local now = core.now

local M = {}

local function arm(socket, idle, ms)
    idle.timer = timers.setTimeout(idle.fire, ms, socket)
    idle.timer:unref()
end

local function fire(socket)
    local idle = socket._idle
    idle.timer = nil
    local handle = socket._handle
    local pending = handle and handle:pending() or 0
    if pending ~= idle.pending then
        idle.pending = pending -- a long write that makes progress is not idle
        idle.since = now()
    end
    local left = idle.since + idle.ms - now(true)
    if left > 0 then
        return arm(socket, idle, left)
    end
    socket:emit("timeout")
end

--- Starts over with `ms`; 0 for none.
---@param socket table
---@param ms number
function M.set(socket, ms)
    local idle = socket._idle
    if idle and idle.timer then
        timers.clearTimeout(idle.timer)
    end
    socket._idle = nil
    if ms > 0 then
        idle = { ms = ms, since = now(true), pending = 0, fire = fire }
        socket._idle = idle
        arm(socket, idle, ms)
    end
end

--- Something was read or written.
---@param socket table
function M.touch(socket)
    local idle = socket._idle
    idle.since = now()
    if not idle.timer then
        arm(socket, idle, idle.ms)
    end
end

return M
