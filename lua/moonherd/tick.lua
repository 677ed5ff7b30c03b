--- The queue behind process.nextTick: functions that run when the running callback ends, before the loop goes on.
--
--     local tick = require "moonherd.tick"
--     tick.add(print, "later")
--
-- The engine asks for the queue at the end of every callback from C; whoever runs several callbacks in one (timers,
-- immediates) calls drain between them, as each of them is a callback to its user.

local core = require("moonherd.core")

local select, unpack = select, unpack

local M = {}

local queue = {}
local first, last = 1, 0 -- what is waiting stands in queue[first..last]

--- Queues `fn(...)`.
---@param fn function
---@param ... any
function M.add(fn, ...)
    last = last + 1
    queue[last] = { fn, select("#", ...), ... }
    if last == first then
        core.tick()
    end
end

--- Runs what is queued, and what that queues. An error goes to the caller; the rest keeps its place and the next
--- drain goes on behind the one that failed.
function M.drain()
    while first <= last do
        local entry = queue[first]
        queue[first] = nil
        first = first + 1
        local callback = entry[1]
        callback(unpack(entry, 3, entry[2] + 2))
    end
    first, last = 1, 0
end

--- Whether anything is queued.
---@return boolean
function M.pending()
    return first <= last
end

return M
