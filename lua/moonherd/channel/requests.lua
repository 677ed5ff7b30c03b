--- Requests over a channel and their answers: what is behind `request` and `onRequest` of a ChildProcess, a Worker and
--- `process`. moonherd.channel gives them to their users.
--
--     local answer, err = worker:request({ add = { 1, 2 } }, 1000)              -- in a task
--     worker:request({ add = { 1, 2 } }, 1000, function(err, answer) end)       -- anywhere
--
--     process.onRequest(function(message, handle) return message.add[1] + message.add[2] end)
--
-- On the wire, among the library's own messages:
--
--     { cmd = "MOONHERD_REQUEST", id = 7, body = message }
--     { cmd = "MOONHERD_ANSWER", id = 7, body = answer }     or with err = { message =, name =, code =, stack = }
--
-- Both ends hold so many requests only (ipc.requests of fork). What the peer answers is believed as far as its types
-- go; an answer that nobody waits for, as it came too late or was made up, is counted and dropped.

local answering = require("moonherd.channel.answering")
local asking = require("moonherd.channel.asking")
local check = require("moonherd.check")
local errors = require("moonherd.errors")
local luggage = require("moonherd.channel.luggage")
local messages = require("moonherd.channel.message")
local waiters = require("moonherd.async.waiter")

local TIMEOUT_MS = 30000 -- of a request that names none
local MAX_REQUESTS = 1024 -- that wait for their answers, and as many that are being answered

---@class moonherd.Requests
---@field ipc moonherd.Ipc
---@field limit integer
---@field pending table<integer, table> what waits for an answer, by its number
---@field waiting integer how many do
---@field serving integer how many of the other end's are being answered
---@field stray integer answers that nobody waited for
---@field handler function?
---@field leaving boolean? no more are taken
---@field on_idle function?
local Requests = {}
Requests.__index = Requests

---@param ipc moonherd.Ipc
---@param limit integer?
---@return moonherd.Requests
function Requests.new(ipc, limit)
    return setmetatable({
        ipc = ipc,
        limit = limit or MAX_REQUESTS,
        last_id = 0,
        pending = {},
        waiting = 0,
        serving = 0,
        stray = 0,
    }, Requests)
end

--- One of our messages has come. Takes the descriptors.
---@param message table
---@param fds integer[]?
function Requests:hear(message, fds)
    if fds then
        luggage.attach(self.ipc, fds)
    end
    if message.cmd == asking.REQUEST then
        return answering.hear(self, message, fds)
    end
    luggage.discard(fds) -- no answer comes with a descriptor
    asking.hear(self, message)
end

--- The channel has ended.
function Requests:close()
    asking.close(self)
end

--- Takes no more requests, and calls `done` once none is being answered.
---@param done function
function Requests:when_idle(done)
    self.leaving = true
    if self.serving == 0 then
        return done()
    end
    self.on_idle = done
end

-- What a user has ---------------------------------------------------------------------------------------------

local function read_options(options)
    local timeout, signal = waiters.limits(options)
    options = type(options) == "table" and options or {}
    check.opt(check.boolean, options.keepOpen, "options.keepOpen")
    return { timeout = timeout or TIMEOUT_MS, signal = signal, handle = options.handle, keepOpen = options.keepOpen }
end

--- Sends a request and waits for the answer: (message, options?) in a task, or (message, options?, callback).
---@param target table with a channel, or one that had one
---@param message any
---@param options number|table|nil a number is the timeout
---@param callback fun(err: moonherd.Error?, answer: any)?
---@return any answer, or whether more may be sent
---@return moonherd.Error? err
function Requests.request(target, message, options, callback)
    check.object(target, "child:request", "emit")
    if callback == nil and check.callable(options) then
        options, callback = nil, options
    end
    check.opt(check.fn, callback, "callback")
    local wanted = read_options(options)
    messages.check(message)
    local self = target._ipc and target._ipc:requests() or Requests.new()
    if not callback then
        return asking.ask_and_wait(self, target.connected, message, wanted)
    end
    return (asking.ask(self, target.connected, message, wanted, function(result, make, ...)
        callback(make and make(...) or nil, result)
    end))
end

--- Has requests from the other end answered by what `handler(message, handle)` returns: a value, or nil and an error.
--- It is called in a task. nil takes it away.
---@param target table
---@param handler (fun(message: any, handle: any): any, any)?
function Requests.on_request(target, handler)
    check.object(target, "child:onRequest", "emit")
    check.opt(check.fn, handler, "handler")
    local self = target._ipc and target._ipc:requests()
    if not self then
        return -- without a channel none will come
    elseif handler and self.handler then
        local message = "There is a handler for requests already; onRequest(nil) takes it away"
        error(errors.new("Error", "ERR_IPC_REQUEST_HANDLER_SET", message), 0)
    end
    if handler and not self.handler then
        self.ipc:hold()
    elseif not handler and self.handler then
        self.ipc:release()
    end
    self.handler = handler
end

return Requests
