--- One listener for all tasks that wait for the same event of the same emitter: a thousand of them are no leak to warn
--- of, and each leaves at no cost.
--
--     local entry = listening.join(emitter, "message", function(...) end)     -- as emitter:on
--     listening.leave(entry)

local check = require("moonherd.check")
local errors = require("moonherd.errors")

local M = {}

---@class moonherd.Gathering the functions of an event, in the order they came, with holes where one has left
local Gathering = {}
Gathering.__index = Gathering

local COMPACT_AT = 16 -- shorter lists may have any number of holes

local function compact(self)
    local kept = 0
    for i = 1, self.last do
        local entry = self[i]
        if entry.fn then
            kept = kept + 1
            self[kept] = entry
        end
    end
    for i = kept + 1, self.last do
        self[i] = nil
    end
    self.last = kept
end

--- The event has come. Who joins meanwhile hears the next one.
local function call_all(self, ...)
    self.depth = self.depth + 1
    for i = 1, self.last do
        local fn = self[i].fn
        if fn then
            fn(...)
        end
    end
    self.depth = self.depth - 1
end

local function gather(emitter, name)
    local self = setmetatable({ emitter = emitter, name = name, last = 0, count = 0, depth = 0 }, Gathering)
    function self.listener(...)
        call_all(self, ...)
    end
    return self
end

--- Whether it is an EventEmitter, of any class.
---@param value any
---@return boolean
function M.is_emitter(value)
    return type(value) == "table" and type(value.on) == "function" and type(value.off) == "function"
        and type(value.listenerCount) == "function"
end

--- Raises unless it is one.
function M.check_emitter(value, name)
    if not M.is_emitter(value) then
        error(errors.arg_type(name, "EventEmitter", value), 0)
    end
    return value
end

--- Raises for what can be no event.
function M.check_event(name)
    if name == nil then
        error(errors.missing_args("eventName"), 0)
    elseif name ~= name then
        error(errors.arg_value("eventName", name, "must not be NaN"), 0)
    end
    return name
end

--- Calls `fn(...)` on every `name` from the next one on.
---@param emitter moonherd.EventEmitter
---@param name any
---@param fn function
---@return table entry for leave
function M.join(emitter, name, fn)
    check.object(emitter, "listening.join")
    local all = rawget(emitter, "_heard_by_tasks")
    if not all then
        all = {}
        rawset(emitter, "_heard_by_tasks", all)
    end
    local self = all[name]
    if not self then
        self = gather(emitter, name)
        all[name] = self
    end
    -- Not there yet, or taken away by removeAllListeners.
    if emitter:listenerCount(name, self.listener) == 0 then
        emitter:on(name, self.listener)
    end
    if self.depth == 0 and self.last >= COMPACT_AT and self.count * 2 < self.last then
        compact(self)
    end
    local entry = { fn = fn, gathering = self }
    self.last = self.last + 1
    self[self.last] = entry
    self.count = self.count + 1
    return entry
end

--- Is called no more. A second time changes nothing.
function M.leave(entry)
    if not entry.fn then
        return
    end
    entry.fn = nil
    local self = entry.gathering
    self.count = self.count - 1
    if self.count == 0 then
        self.emitter._heard_by_tasks[self.name] = nil
        self.emitter:off(self.name, self.listener)
    end
end

return M
