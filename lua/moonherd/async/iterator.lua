--- All events of a name, one after the other: what async.on returns, for a `for` loop.
--
--     local messages = async.on(worker, "message")
--     for message, handle in messages do
--         if message == "done" then break end
--     end
--     if messages.err then print("the worker failed:", messages.err) end
--
-- What comes while nobody waits is kept, up to highWaterMark. Then an emitter that can pause is paused; any other
-- cannot be held, and the loop ends with ERR_EVENT_QUEUE_FULL when it has had what is kept.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local tasks = require("moonherd.async.task")
local waiters = require("moonherd.async.waiter")
local waits = require("moonherd.async.waits")

local KEPT = 1024 -- events
local KEPT_PAUSED = 16 -- of an emitter that can pause: its events may be large
local AFTER_PAUSE = 1024 -- what one that was paused may still emit

---@class moonherd.Events
---@field err any why it ended; nil while it goes on, and where the emitter just ended
local Events = { __name = "Events" }
Events.__index = Events

local M = { Events = Events }

local function can_pause(emitter)
    return type(emitter.pause) == "function" and type(emitter.resume) == "function"
end

--- No event is kept any more.
local function finish(self, err)
    if self._ended then
        return
    end
    self._ended = true
    self._link:leave()
    if self._unlisten_signal then
        self._unlisten_signal()
    end
    if not waits.is_closed(err) then
        self.err = err
    end
    local waiter = self._waiter
    if waiter then
        waiter:settle(nil, self.err)
    end
end

local function overflow(self)
    local message = '%s emitted "%s" %d times while nobody took them, and cannot pause; no more are kept '
        .. "(options.highWaterMark of async.on)"
    local count = self._last - self._first + 1
    message = message:format(waits.words(self._emitter), tostring(self._name), count)
    finish(self, errors.new("Error", "ERR_EVENT_QUEUE_FULL", message))
end

local function keep(self, ...)
    self._last = self._last + 1
    self[self._last] = { n = select("#", ...), ... }
    local count = self._last - self._first + 1
    if count < self._mark then
        return
    elseif not can_pause(self._emitter) then
        overflow(self)
    elseif not self._paused then
        self._paused = true
        self._emitter:pause()
    elseif count >= self._mark + AFTER_PAUSE then
        overflow(self)
    end
end

local function take(self)
    local values = self[self._first]
    self[self._first] = nil
    self._first = self._first + 1
    if self._first > self._last and self._paused then
        self._paused = false
        if not self._ended then
            self._emitter:resume()
        end
    end
    return unpack(values, 1, values.n)
end

--- The next event's arguments, those that are kept first. nil once it has ended, with the error if there is one.
---@return any ...
function Events:__call()
    tasks.running("async.on")
    if self._first <= self._last then
        return take(self)
    elseif self._ended then
        return nil, self.err
    elseif self._waiter then
        local message = "Two tasks cannot wait for the same events at once: each needs an async.on of its own"
        error(errors.new("Error", "ERR_TASK_DEADLOCK", message), 0)
    end
    local waiter = tasks.waiter("async.on")
    self._waiter = waiter
    self._link.held = self -- while somebody waits the emitter keeps us, as it does the task
    waiter:finally(function()
        self._waiter, self._link.held = nil, nil
    end)
    return waiter:wait()
end

--- Listens no more; what is kept can still be taken. The end of the task that made it closes it as well.
function Events:close()
    check.object(self, "events:close", "_link")
    finish(self)
end

--- What the emitter and the task keep: not the events themselves, unless somebody waits for them. So a loop that was
--- left by `break` is collected, and stops listening at the next event.
---@class moonherd.EventsLink
---@field to moonherd.Events[] weak
---@field held moonherd.Events? while somebody waits
local Link = {}
Link.__index = Link

function Link:leave()
    self.held = nil
    waits.leave(self.entries)
    self.disown()
end

--- The task that made it has ended.
function Link:close()
    local events = self.to[1]
    if events then
        finish(events)
    else
        self:leave()
    end
end

local function joined(self, emitter, name)
    local link = setmetatable({ to = setmetatable({ self }, { __mode = "v" }) }, Link)
    link.disown = tasks.own(link)
    link.entries = waits.join(emitter, name, function(...)
        local events = link.to[1]
        if not events then
            link:leave()
        elseif events._waiter then
            events._waiter:settle(waits.success(...))
        else
            keep(events, waits.success(...))
        end
    end, function(err)
        local events = link.to[1]
        if events then
            finish(events, err)
        else
            link:leave()
        end
    end)
    return link
end

local function obey(self, signal)
    local function on_abort()
        finish(self, errors.abort(signal.reason))
    end
    if signal.aborted then
        return on_abort()
    end
    signal:addEventListener("abort", on_abort)
    self._unlisten_signal = function()
        signal:removeEventListener("abort", on_abort)
    end
end

--- See async.on.
---@return moonherd.Events
function M.new(emitter, name, options)
    options = check.opt(check.table, options, "options") or {}
    local mark = check.opt(check.integer, options.highWaterMark, "options.highWaterMark", 1)
    local _, signal = waiters.limits({ signal = options.signal })
    local pausing = can_pause(emitter)
    local self = setmetatable({
        _emitter = emitter,
        _name = name,
        _mark = mark or (pausing and KEPT_PAUSED or KEPT),
        _first = 1,
        _last = 0,
    }, Events)
    self._link = joined(self, emitter, name)
    if signal then
        obey(self, signal)
    end
    if pausing and emitter.isPaused and emitter:isPaused() then
        emitter:resume()
    end
    return self
end

return M
