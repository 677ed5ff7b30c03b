--- The process this runs in, as Node's `process`: arguments, environment, exit, signals, errors nobody caught.
--
--     local process = require "moonherd.process"        -- a global in programs run by moonherd
--     process.on("SIGTERM", function() process.exit(0) end)
--     process.on("uncaughtException", function(err, origin, traceback) log(err, traceback) end)
--     print(process.argv[2], process.env.PORT, process.pid)
--
-- Its functions take dot and colon calls alike. It is an EventEmitter. `send`, `disconnect`, `connected` and
-- `channel` exist only in a process that was started with a channel (moonherd.channel adds them).

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local exit = require("moonherd.process.exit")
local tick = require("moonherd.tick")
local util = require("moonherd.util")

local process = {}
events.singleton(process)

-- Fields that are looked up when read.
local getters = {
    ppid = core.ppid,
    exitCode = exit.get_exit_code,
    title = function()
        return core.title() or process.argv0
    end,
}

local setters = {
    exitCode = exit.set_exit_code,
    title = function(value)
        local title, _, code, errno = core.title(check.c_string(tostring(value), "title"))
        if not title then
            error(errors.system(code, errno, "uv_set_process_title"), 0)
        end
    end,
}

setmetatable(process, {
    __name = "process",
    __index = function(_, key)
        local getter = getters[key]
        return getter and getter() or nil
    end,
    __newindex = function(self, key, value)
        local setter = setters[key]
        if setter then
            setter(value)
        else
            rawset(self, key, value)
        end
    end,
})

local function method(name, fn)
    process[name] = util.either(process, fn)
end

require("moonherd.process.env").install(getters, setters)
require("moonherd.process.watched").install(process)
require("moonherd.process.info").install(process, method)
require("moonherd.process.resources").install(process, method)
require("moonherd.process.identity").install(method)
require("moonherd.process.active").install(method)
require("moonherd.process.stdio").install(process)
require("moonherd.process.stdin").install(process, getters)
require("moonherd.process.signals").install(process, method)
require("moonherd.process.warning").install(process, method)
exit.install(process, method)
require("moonherd.process.dump").install(process)
require("moonherd.process.absent").install(process, getters)

--- Calls `callback(...)` when the running callback has ended, before the loop goes on.
method("nextTick", function(_, callback, ...)
    check.fn(callback, "callback")
    tick.add(callback, ...)
end)

return process
