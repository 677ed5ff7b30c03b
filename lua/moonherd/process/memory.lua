--- The memory limit of this process: it ends by itself when its resident set or its Lua heap passes it.
--
--     require("moonherd.process.memory").limit(734003200)
--
-- The engine looks whenever the Lua heap has grown by some megabytes, also inside a loop that never returns; memory
-- outside of that heap is found by a timer here.

local core = require("moonherd.core")
local report = require("moonherd.process.report")

local CHECK_MS = 1000
local MIB = 1024 * 1024

local M = {
    --- In force; 0 for none.
    limit_bytes = 0,
}

local owner = {}
local timer

function owner:on_timer()
    core.memoryCheck()
end

--- Sets the limit; 0 lifts it.
---@param bytes integer
function M.limit(bytes)
    core.memoryLimit(bytes)
    M.limit_bytes = bytes
    if not timer then
        timer = core.timer(owner)
        timer:unref()
    end
    if bytes > 0 then
        timer:start(CHECK_MS, CHECK_MS)
    else
        timer:stop()
    end
end

--- What is said of it, in one line.
---@return string
function M.words()
    local size = core.memoryPassed() or core.memoryUsage()
    return ("memory limit of %d MiB passed (%d MiB); leaving"):format(M.limit_bytes / MIB, size / MIB)
end

--- The limit was passed: says so and exits with 1. May be replaced.
function M.passed()
    local words = M.words()
    report.line(words)
    require("moonherd.process.dump").on_memory(words)
    require("moonherd.process").exit(1)
end

return M
