--- The end of a channel that asks: requests that are sent, and wait for their answers. See channel/requests.

local errors = require("moonherd.errors")
local messages = require("moonherd.channel.message")
local tasks = require("moonherd.async.task")
local tick = require("moonherd.tick")
local timers = require("moonherd.timers")

-- What is taken of the words of a failure at the other end, bytes.
local MAX_WORDS = 4096
local MAX_STACK = 16384

local M = {
    REQUEST = "MOONHERD_REQUEST",
}

-- Errors. They are made where they are told: in the task that waits, so that they name its place. -------------

local function closed_before()
    return errors.of("ERR_IPC_CHANNEL_CLOSED")
end

local function closed(self)
    local message = ("The channel to %s was closed before the answer came"):format(self.ipc.peer())
    return errors.new("Error", "ERR_IPC_CHANNEL_CLOSED", message)
end

local function too_late(self, timeout)
    local message = ("%s did not answer within %d ms"):format(self.ipc.peer(), timeout)
    return errors.new("Error", "ETIMEDOUT", message)
end

local function too_many(self)
    local message = "%d requests to %s wait for their answers; no more are sent (ipc.requests of fork)"
    return errors.new("Error", "ERR_IPC_TOO_MANY_REQUESTS", message:format(self.limit, self.ipc.peer()))
end

local function text(value, max)
    return type(value) == "string" and value:sub(1, max) or nil
end

--- What the peer says has failed there.
local function failed_there(self, told)
    told = type(told) == "table" and told or {}
    local words = text(told.message, MAX_WORDS) or "it failed, and did not say why"
    local code = type(told.code) == "number" and told.code or text(told.code, MAX_WORDS)
    local name = text(told.name, MAX_WORDS) or "Error"
    return errors.new(name, code, ("%s: %s"):format(self.ipc.peer(), words), {
        remoteMessage = words,
        remoteStack = text(told.stack, MAX_STACK),
    })
end

-- A request's life -------------------------------------------------------------------------------------------

local function forget(self, id)
    local entry = self.pending[id]
    if not entry then
        return nil
    end
    self.pending[id] = nil
    self.waiting = self.waiting - 1
    if self.waiting == 0 then
        self.ipc:release()
    end
    timers.clearTimeout(entry.timer)
    if entry.unlisten then
        entry.unlisten()
    end
    return entry
end

--- The end of a request: `make(...)` makes its error, nil for none.
local function settle(self, id, answer, make, ...)
    local entry = forget(self, id)
    if entry then
        entry.done(answer, make, ...)
    end
end

local function obey(self, id, entry, signal)
    local function on_abort()
        settle(self, id, nil, errors.abort, signal.reason)
    end
    signal:addEventListener("abort", on_abort)
    entry.unlisten = function()
        signal:removeEventListener("abort", on_abort)
    end
end

--- Why a request is not even sent, as settle has it; nil for one that is.
local function obstacle(self, connected, signal)
    if signal and signal.aborted then
        return errors.abort, signal.reason
    elseif not connected then
        return closed_before
    elseif self.waiting >= self.limit then
        return too_many, self
    end
end

--- Sends a request; `done(answer, make, ...)` is called once, later, unless the request is forgotten: the error, if
--- there is one, is what make(...) returns.
---@param self moonherd.Requests
---@param connected boolean
---@param message any
---@param options { timeout: number, signal: moonherd.AbortSignal?, handle: any, keepOpen: boolean? }
---@param done function
---@return boolean more false: enough is queued for now
---@return integer? id nil where `done` is all that follows
function M.ask(self, connected, message, options, done)
    local make, argument = obstacle(self, connected, options.signal)
    if make then
        tick.add(done, nil, make, argument)
        return false
    end
    local id = self.last_id + 1
    local more, total, code, errno = messages.send(self.ipc, "sendInternal", message, options.handle,
        options.keepOpen, function(body)
            return { cmd = M.REQUEST, id = id, body = body }
        end)
    if more == nil then
        tick.add(done, nil, messages.refused, total, code, errno)
        return false
    end
    self.last_id = id
    local entry = { done = done }
    self.pending[id] = entry
    self.waiting = self.waiting + 1
    if self.waiting == 1 then
        self.ipc:hold()
    end
    if options.timeout < math.huge then
        entry.timer = timers.setTimeout(settle, options.timeout, self, id, nil, too_late, self, options.timeout)
    end
    if options.signal then
        obey(self, id, entry, options.signal)
    end
    return more, id
end

--- Asks and waits, in a task.
---@return any answer
---@return moonherd.Error? err
function M.ask_and_wait(self, connected, message, options)
    local waiter = tasks.waiter("request without a callback")
    local _, id = M.ask(self, connected, message, options, function(answer, make, ...)
        waiter:settle(answer, make, ...)
    end)
    waiter:finally(function()
        forget(self, id)
    end)
    local function told(answer, make, ...)
        if make then
            return nil, make(...)
        elseif answer == nil then
            return true
        end
        return answer
    end
    return told(waiter:wait())
end

--- An answer has come, in whatever shape.
---@param self moonherd.Requests
---@param message table
function M.hear(self, message)
    local id = message.id
    if type(id) ~= "number" or not self.pending[id] then
        self.stray = self.stray + 1
    elseif message.err ~= nil then
        settle(self, id, nil, failed_there, self, message.err)
    else
        settle(self, id, message.body)
    end
end

--- No answer comes any more.
---@param self moonherd.Requests
function M.close(self)
    local ids = {}
    for id in pairs(self.pending) do
        ids[#ids + 1] = id
    end
    table.sort(ids)
    for _, id in ipairs(ids) do
        tick.add(settle, self, id, nil, closed, self)
    end
end

return M
