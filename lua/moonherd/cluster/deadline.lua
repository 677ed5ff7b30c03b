--- How long those who leave may take: the `deadline` of worker:disconnect and cluster.disconnect. moonherd only.
--
--     worker:disconnect({ deadline = 5000 })
--
-- When it has passed, the worker cuts the connections that are still open, and ends its channel. One that has not done
-- so a moment later hangs, and its master kills it.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local timers = require("moonherd.timers")

local M = {}

local MAX_MS = 2147483647
local MERCY_MS = 1000 -- from the deadline to the kill of a worker that does not do its part

--- What is asked for by the options of a disconnect, ms; nil for as long as it takes.
---@param options any
---@return integer?
function M.read(options)
    if options == nil then
        return nil
    end
    check.table(options, "options")
    for key in pairs(options) do
        if key ~= "deadline" then
            error(errors.arg_value("options", key, "has one property, 'deadline', and no other"), 0)
        end
    end
    return check.opt(check.integer, options.deadline, "options.deadline", 0, MAX_MS)
end

--- In the worker: cuts what is left of the servers' connections when the time is up.
---@param servers table[] that are closing
---@param ms integer
---@param then_do fun() called after that
function M.cut(servers, ms, then_do)
    local timer = timers.setTimeout(function()
        for _, server in ipairs(servers) do
            if server._cut then
                server:_cut()
            end
        end
        then_do()
    end, ms)
    timer:unref()
end

--- In the master: kills the worker if its channel is still open some time after the deadline.
---@param worker moonherd.Worker
---@param ms integer
function M.enforce(worker, ms)
    local timer = timers.setTimeout(function()
        if worker.state ~= "disconnected" and not worker:isDead() then
            worker.process:kill("SIGKILL")
        end
    end, math.min(ms + MERCY_MS, MAX_MS))
    timer:unref()
    worker:once("exit", function()
        timers.clearTimeout(timer)
    end)
end

return M
