--- The listeners of one event name: a plain list, which emit only reads.
--
--     registry.data = listeners.list(fn)              -- the first one
--     local list = listeners.writable(registry, "data")
--     list[#list + 1] = listeners.once(emitter, "data", fn)
--
-- A list that emit is walking through is marked `shared`; the next change then works on a copy. `warned` says that a
-- leak was told of, `seq` in which order the names of an emitter came.

local M = {}

-- Once --------------------------------------------------------------------------------------------------------

--- What stands in the list for a listener that is to be called once: a callable table, because making a
--- closure would throw the caller out of compiled code. rawListeners shows it, with its `listener`.
local Once = {}

function Once:__call(...)
    if not self.fired then
        self.fired = true
        self.emitter:removeListener(self.name, self)
        return self.listener(...)
    end
end

--- The function that was given, for what stands in a list.
function M.unwrap(entry)
    return getmetatable(entry) == Once and entry.listener or entry
end

--- A listener that removes itself before it is called.
---@param emitter table
---@param name any
---@param listener function
function M.once(emitter, name, listener)
    return setmetatable({ emitter = emitter, name = name, listener = listener, fired = false }, Once)
end

-- Lists -------------------------------------------------------------------------------------------------------

-- Lists are numbered as they appear, so that eventNames can answer in that order.
local last_seq = 0

--- The list of a name, safe to change in place.
function M.writable(registry, name)
    local list = registry[name]
    if list.shared then
        local copy = { nil, nil, nil, nil, seq = list.seq, warned = list.warned }
        for i = 1, #list do
            copy[i] = list[i]
        end
        registry[name] = copy
        return copy
    end
    return list
end

--- A list of one, with room for what emit reads in any case.
function M.list(entry)
    last_seq = last_seq + 1
    return { entry, nil, nil, nil, seq = last_seq }
end

return M
