--- Worker: what both ends of a herd's conversation know of a worker. `primary` and `child` add what only they can do.
--
--     cluster.on("message", function(worker, message) worker:send({ seen = message }) end)

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local events = require("moonherd.events")

local Worker = events.mixin({ __name = "Worker" })

local function check_process(process, name)
    if type(process) ~= "table" or type(process.on) ~= "function" then
        error(errors.arg_type(name, "ChildProcess", process), 0)
    end
end

--- A worker object; normally `cluster.fork` makes it. A given process's `error` and `message` events are its own too.
---@param options { id: integer?, state: string?, process: table? }?
---@return moonherd.Worker
function Worker.new(options)
    options = check.opt(check.table, options, "options") or {}
    check.opt(check.integer, options.id, "options.id", 0)
    check.opt(check.string, options.state, "options.state")
    check.opt(check_process, options.process, "options.process")
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

--- The process of a worker; raises where there is none, as in an object that somebody made for himself.
---@param self any
---@param call string
---@return table
local function process_of(self, call)
    check.object(self, call, "state")
    if not self.process then
        local message = call .. ": this Worker has no process; those of cluster.fork have one"
        error(errors.new("Error", "ERR_INVALID_STATE", message), 0)
    end
    return self.process
end

--- Passes on what a call returned, as `return call(...)` would, but errors still name who made the call.
local function as_returned(...)
    return ...
end

--- As the process's send: worker:send(message, handle?, options?, callback?).
---@return boolean more false when the sender should pause
function Worker:send(...)
    return as_returned(process_of(self, "worker:send"):send(...))
end

--- moonherd only: asks the other end, see channel/requests: (message, options?) in a task, or with a callback.
---@param message any
---@param options number|table|nil
---@param callback fun(err: moonherd.Error?, answer: any)?
---@return any answer
---@return moonherd.Error? err
function Worker:request(message, options, callback)
    return as_returned(process_of(self, "worker:request"):request(message, options, callback))
end

--- moonherd only: answers what the other end asks.
---@param handler (fun(message: any, handle: any): any, any)?
function Worker:onRequest(handler)
    process_of(self, "worker:onRequest"):onRequest(handler)
end

--- Whether messages can be sent: from the fork until disconnect is asked for or happens.
---@return boolean
function Worker:isConnected()
    return process_of(self, "worker:isConnected").connected == true
end

--- Whether the process has ended.
---@return boolean
function Worker:isDead()
    local process = process_of(self, "worker:isDead")
    return process.exitCode ~= nil or process.signalCode ~= nil
end

Worker._process_of = process_of

return Worker
