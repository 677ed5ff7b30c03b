--- Small things that several modules share.

local M = {}

--- A method of a singleton that may be called with a dot or a colon, as `cluster.fork()` and `cluster:fork()`:
--- it gets the object first in both cases.
---@param object table the singleton
---@param method function
---@return function
function M.either(object, method)
    return function(...)
        if rawequal((...), object) then
            return method(...)
        end
        return method(object, ...)
    end
end

return M
