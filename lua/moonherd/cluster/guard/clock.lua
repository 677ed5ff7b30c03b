--- The guard's clock: milliseconds that never go back.

local core = require("moonherd.core")

local M = {}

---@return integer
function M.now()
    local seconds, nanoseconds = core.hrtime()
    return seconds * 1000 + math.floor(nanoseconds / 1e6)
end

return M
