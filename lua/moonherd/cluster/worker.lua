--- Worker: what both ends of a herd's conversation know of a worker. `primary` and `child` add what only they can do.
--
--     cluster.on("message", function(worker, message) worker:send({ seen = message }) end)

local check = require("moonherd.check")
local events = require("moonherd.events")

---@class moonherd.Worker: moonherd.EventEmitter
---@field id integer from 1, never used again
---@field process table the ChildProcess, or in the worker itself `process`
---@field state "none"|"online"|"listening"|"disconnecting"|"disconnected"|"destroying"|"dead"
---@field exitedAfterDisconnect boolean|nil whether its end was asked for; nil while it lives and was not asked
local Worker = events.mixin({ __name = "Worker" })

--- A worker object; normally `cluster.fork` makes it. A given process's `error` and `message` events are its own too.
---@param options { id: integer?, state: string?, process: table? }?
---@return moonherd.Worker
function Worker.new(options)
    options = check.opt(check.table, options, "options") or {}
    local self = setmetatable({
        id = options.id or 0,
        state = options.state or "none",
        process = options.process,
    }, Worker)
    local process = options.process
    if process then
        process:on("error", function(err)
            self:emit("error", err)
        end)
        process:on("message", function(message, handle)
            self:emit("message", message, handle)
        end)
    end
    return self
end

--- As the process's send: worker:send(message, handle?, options?, callback?).
---@return boolean more false when the sender should pause
function Worker:send(...)
    check.object(self, "worker:send", "process")
    return self.process:send(...)
end

--- moonherd only: asks the other end, see channel/requests: (message, options?) in a task, or with a callback.
---@param message any
---@param options number|table|nil
---@param callback fun(err: moonherd.Error?, answer: any)?
---@return any answer
---@return moonherd.Error? err
function Worker:request(message, options, callback)
    check.object(self, "worker:request", "process")
    return self.process:request(message, options, callback)
end

--- moonherd only: answers what the other end asks.
---@param handler (fun(message: any, handle: any): any, any)?
function Worker:onRequest(handler)
    check.object(self, "worker:onRequest", "process")
    self.process:onRequest(handler)
end

--- Whether messages can be sent: from the fork until disconnect is asked for or happens.
---@return boolean
function Worker:isConnected()
    return self.process.connected == true
end

--- Whether the process has ended.
---@return boolean
function Worker:isDead()
    return self.process.exitCode ~= nil or self.process.signalCode ~= nil
end

return Worker
