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

--- A class as a module exports it: it has the class's functions, and makes an object when it is called.
---@param class table
---@param make function gets the arguments of the call
---@return table
function M.callable(class, make)
    return setmetatable({}, {
        __index = class,
        __call = function(_, ...)
            return (make(...)) -- in brackets, which keeps this frame: an error names what was called by it
        end,
    })
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
