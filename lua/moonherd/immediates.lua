--- setImmediate: what runs in this turn of the loop, after its timers and its I/O. Use it through moonherd.timers.

local check = require("moonherd.check")
local core = require("moonherd.core")
local tick = require("moonherd.tick")

local select, unpack = select, unpack

local M = {}

local owner = {}
local handle = core.immediate(owner)

local queue = {} -- wait for the next turn
local running = {} -- the turn's own; not done yet from `at` on
local at = 1
local waiting = 0 -- immediates in either that are not cleared
local refs = 0 -- those of them that keep the program alive

---@class moonherd.Immediate
local Immediate = { __name = "Immediate" }
Immediate.__index = Immediate

local function watch()
    if waiting > 0 then
        handle:start(refs > 0)
    else
        handle:stop()
    end
end

--- Takes one out of the count, because it runs or is cleared.
local function leave(immediate)
    immediate._waits = false
    waiting = waiting - 1
    if immediate._ref then
        refs = refs - 1
    end
end

function owner:on_immediate()
    if at > #running then
        -- What is added from here on belongs to the next turn.
        running, queue, at = queue, {}, 1
    end
    while at <= #running do
        local immediate = running[at]
        running[at] = false
        at = at + 1
        if immediate._waits then
            leave(immediate)
            -- If it raises, the rest goes on in the next turn.
            local callback, args = immediate._callback, immediate._args
            if args then
                callback(unpack(args, 1, args.n))
            else
                callback()
            end
            tick.drain()
        end
    end
    watch()
end

--- Keeps the program alive until it ran, as it does unless told otherwise.
---@return moonherd.Immediate self
function Immediate:ref()
    check.object(self, "immediate:ref", "_callback")
    if not self._ref then
        self._ref = true
        if self._waits then
            refs = refs + 1
            watch()
        end
    end
    return self
end

---@return moonherd.Immediate self
function Immediate:unref()
    check.object(self, "immediate:unref", "_callback")
    if self._ref then
        self._ref = false
        if self._waits then
            refs = refs - 1
            watch()
        end
    end
    return self
end

---@return boolean
function Immediate:hasRef()
    check.object(self, "immediate:hasRef", "_callback")
    return self._ref
end

--- Calls `callback(...)` in this turn of the loop after its I/O; from inside an immediate, in the next turn.
---@param callback function
---@param ... any
---@return moonherd.Immediate
function M.setImmediate(callback, ...)
    check.fn(callback, "callback")
    local immediate = setmetatable({
        _callback = callback,
        _ref = true,
        _waits = true,
        _args = select("#", ...) > 0 and { n = select("#", ...), ... } or nil,
    }, Immediate)
    queue[#queue + 1] = immediate
    waiting = waiting + 1
    refs = refs + 1
    if refs == 1 then
        watch()
    end
    return immediate
end

--- How many immediates wait and keep the program alive.
---@return integer
function M._referenced()
    return refs
end

---@param immediate any
function M.clearImmediate(immediate)
    if getmetatable(immediate) == Immediate and immediate._waits then
        leave(immediate)
        watch()
    end
end

return M
