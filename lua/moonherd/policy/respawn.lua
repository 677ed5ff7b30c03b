--- Respawn: how long to wait before a dead worker is replaced. Pure: facts in, milliseconds out.
--
--     local respawn = require "moonherd.policy.respawn"
--     local failures = respawn.failures(slot.failures, lived)
--     local delay = respawn.delay(options.respawn, { failures = failures, lived = lived, cause = "exit" })
--     if delay then process.setTimeout(fork, delay) end
--
-- `respawn.delay` in the options is one of
--   a number of milliseconds;
--   a table { min, max, factor, jitter }: min after the first failure, factor times more after each further
--     one, at most max; of that, a random share of up to `jitter` (0 to 1) is taken off, so that workers that
--     died together do not come back together;
--   a function of the facts, which returns milliseconds, or false for no replacement.
-- `respawn = false` replaces nobody.

local inspect = require("moonherd.inspect")

local floor, max, min = math.floor, math.max, math.min

local M = {
    --- Stands in for a delay function that fails.
    DEFAULT_MS = 5000,
    --- The longest delay, a day.
    MAX_MS = 86400000,
    --- A worker that lived this long has not failed at its start: counting begins anew.
    HEALTHY_MS = 60000,
}

--- The count of failures in a row after one more death.
---@param before integer? the count so far, nil for none
---@param lived number milliseconds
---@return integer
function M.failures(before, lived)
    return lived >= M.HEALTHY_MS and 1 or (before or 0) + 1
end

local function from_function(fn, facts)
    local ok, delay = pcall(fn, facts)
    if not ok then
        return M.DEFAULT_MS, "respawn.delay failed: " .. tostring(delay)
    elseif delay == false then
        return nil
    elseif type(delay) ~= "number" or not (delay >= 0 and delay <= M.MAX_MS) then
        local problem = "respawn.delay must return milliseconds from 0 to %d or false, got %s"
        return M.DEFAULT_MS, problem:format(M.MAX_MS, inspect.value(delay))
    end
    return floor(delay)
end

--- The delay before the replacement.
---@param options table|false the section `respawn`, checked by policy/options
---@param facts moonherd.cluster.RespawnFacts
---@param random (fun(): number)? from 0 to 1, for the jitter; math.random unless given
---@return integer? delay milliseconds; nil: no replacement
---@return string? problem why the default delay stands in for that of the option's function
function M.delay(options, facts, random)
    if not options then
        return nil
    end
    local delay = options.delay
    if type(delay) == "function" then
        return from_function(delay, facts)
    elseif type(delay) == "table" then
        local grown = min(delay.max, delay.min * delay.factor ^ (max(facts.failures or 1, 1) - 1))
        return floor(grown * (1 - delay.jitter * (random or math.random)()))
    end
    return delay
end

return M
