--- The memory limit: what to do about a worker of this size. Pure: facts in, action and reason out.
--
--     local memory = require "moonherd.policy.memory"
--     local action, reason = memory.judge({ rss = 800000000, heap = 12000000 }, options.memory)
--     --> "kill", "rss 800000000 is over memory.hard 734003200"
--
-- Past `soft` the worker is to be drained and replaced, past `hard` killed. The larger of resident set and Lua
-- heap counts: a heap that was swapped out is not in the resident set. Exactly the limit is still allowed.

local M = {}

---@class moonherd.MemoryFacts
---@field rss number? bytes
---@field heap number? bytes of the Lua heap

---@param facts moonherd.MemoryFacts
---@param options table|false the section `memory` { hard, soft }, each bytes or false, checked by policy/options
---@return "none"|"drain"|"kill" action
---@return string? reason
function M.judge(facts, options)
    if not options then
        return "none"
    end
    local what, size = "rss", facts.rss or 0
    if facts.heap and facts.heap > size then
        what, size = "Lua heap", facts.heap
    end
    if options.hard and size > options.hard then
        return "kill", ("%s %d is over memory.hard %d"):format(what, size, options.hard)
    elseif options.soft and size > options.soft then
        return "drain", ("%s %d is over memory.soft %d"):format(what, size, options.soft)
    end
    return "none"
end

return M
