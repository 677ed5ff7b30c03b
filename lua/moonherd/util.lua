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

--- A list without its first element. For lists of any length, of which unpack takes some thousands.
---@param list any[]
---@return any[]
function M.tail(list)
    local rest = {}
    for i = 2, #list do
        rest[i - 1] = list[i]
    end
    return rest
end

return M
