--- Signals: process.on("SIGTERM", fn(name, number)) and process.kill. Adds its part to `process`.
--
-- The first listener of a signal's name installs a watcher, which does not keep the program alive; when the last one
-- is gone, the signal does again what it does by default.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")

local M = {
    --- Called with the name of a signal whose watcher was installed or taken away, for who handles it besides.
    ---@type fun(name: string)?
    rewatched = nil,
}

local watchers = {} -- name -> box

local function watch_all(process)
    local owner_class = {}
    owner_class.__index = owner_class

    function owner_class:on_signal(number)
        process.emit(self.name, self.name, number)
    end

    local function rewatched(name)
        if M.rewatched then
            M.rewatched(name)
        end
    end

    local function first(name)
        local owner = setmetatable({ name = name }, owner_class)
        local box, _, code, errno = core.signal(owner, core.signals[name])
        if not box then
            error(errors.system(code, errno, "uv_signal_start"), 0)
        end
        watchers[name] = box
        rewatched(name)
    end

    local function last(name)
        watchers[name]:close()
        watchers[name] = nil
        rewatched(name)
    end

    for name in pairs(core.signals) do
        process._watch(name, first, last)
    end
end

--- The number of a signal given by name or number; raises ERR_UNKNOWN_SIGNAL for a name there is not.
---@param signal (string|integer)? SIGTERM unless given
---@return integer
function M.number(signal)
    if signal == nil then
        signal = "SIGTERM"
    end
    if type(signal) == "number" and signal == math.floor(signal) and math.abs(signal) < 2 ^ 31 then
        return signal
    end
    local number = core.signals[signal]
    if not number then
        local text = type(signal) == "string" and signal or inspect.value(signal)
        error(errors.of("ERR_UNKNOWN_SIGNAL", text), 0)
    end
    return number
end

--- Sends a signal; 0 only asks whether the process is there. A negative pid is a group.
---@param pid integer|string
---@param signal (string|integer)?
---@return true
local function kill(_, pid, signal)
    local number = type(pid) == "string" and pid:find("^%-?%d+$") and tonumber(pid) or pid
    if type(number) ~= "number" or number ~= math.floor(number) or math.abs(number) >= 2 ^ 31 then
        error(errors.arg_type("pid", "number", pid), 0)
    end
    local ok, _, code, errno = core.kill(check.integer(number, "pid"), M.number(signal))
    if not ok then
        error(errors.system(code, errno, "kill"), 0)
    end
    return true
end

---@param process table
---@param method fun(name: string, fn: function)
function M.install(process, method)
    watch_all(process)
    method("kill", kill)
end

return M
