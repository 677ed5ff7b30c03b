--- process.report: all that the process knows of itself, as a table or written to a file as JSON. Adds its part to
-- `process`.
--
--     process.report.directory = "/var/log/app"
--     process.report.reportOnUncaughtException = true
--     process.report.reportOnSignal = true                  -- kill -USR2 writes one
--     local name = process.report.writeReport()
--     print(process.report.getReport().resourceUsage.rss)
--
-- What stands in it is told in moonherd.process.facts. A report that cannot be written is a line on stderr and no
-- error: it is asked for where there is trouble already.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local line = require("moonherd.process.report").line
local util = require("moonherd.util")

local M = {}

local STREAMS = { stdout = 1, stderr = 2 }

local process -- set by install

--- As assigned to process.report's fields.
local settings = {
    directory = "",
    filename = "",
    compact = false,
    excludeNetwork = false,
    signal = "SIGUSR2",
    reportOnFatalError = false,
    reportOnSignal = false,
    reportOnUncaughtException = false,
}

local written = 0 -- reports, for their names

-- Writing -----------------------------------------------------------------------------------------------------

local function collect(why, err, traceback)
    return require("moonherd.process.facts").collect(process, why, err, traceback, settings.excludeNetwork)
end

local function default_name()
    if settings.filename ~= "" then
        return settings.filename
    end
    return ("report.%s.%d.0.%03d.json"):format(os.date("%Y%m%d.%H%M%S"), core.pid(), written + 1)
end

local function path_of(name)
    if settings.directory == "" or name:sub(1, 1) == "/" then
        return name
    end
    return settings.directory .. "/" .. name
end

local function write_file(path, text)
    local file, reason = io.open(path, "wb")
    local ok = file ~= nil
    if ok then
        ok, reason = file:write(text)
        local closed, late_reason = file:close()
        if ok and not closed then
            ok, reason = false, late_reason
        end
    end
    return ok, reason and tostring(reason):gsub("^.-: ", "")
end

--- Writes one; returns its name, "" when that failed.
local function write(why, name, err, traceback)
    why.filename = name
    local text = require("moonherd.json").encode(
        collect(why, err, traceback), { sort = true, indent = not settings.compact and 2 or nil }) .. "\n"
    written = written + 1
    if STREAMS[name] then
        io.stdout:flush()
        core.write(STREAMS[name], text)
        return name
    end
    local path = path_of(name)
    local ok, reason = write_file(path, text)
    if not ok then
        line(("cannot write the report '%s': %s"):format(path, reason))
        return ""
    end
    line(("report written to '%s'"):format(path))
    return name
end

--- For what happens by itself: never raises.
local function write_by_itself(event, trigger, err, traceback)
    local ok, problem = pcall(write, { event = event, trigger = trigger }, default_name(), err, traceback or "")
    if not ok then
        line(("cannot make the report: %s"):format(tostring(problem)))
    end
end

--- An error that nobody caught is about to end the process.
---@param err any
---@param traceback string?
function M.on_uncaught(err, traceback)
    if settings.reportOnUncaughtException then
        write_by_itself("Exception", "Exception", err, traceback)
    end
end

--- The process is about to end because its memory limit was passed.
---@param words string
function M.on_memory(words)
    if settings.reportOnFatalError then
        write_by_itself(words, "FatalError", nil, debug.traceback("", 2))
    end
end

-- The public part ---------------------------------------------------------------------------------------------

--- Writes a report into `directory`, and returns the file's name; "" when that failed.
---@param file string? `filename` unless given, and if that is empty one made of date, time and pid. "stdout" and
---"stderr" are these
---@param err table? an error that the report is to be about
---@return string
local function write_report(_, file, err)
    if type(file) == "table" and err == nil then
        file, err = nil, file
    end
    check.opt(check.c_string, file, "file")
    check.opt(check.table, err, "err")
    local why = { event = "JavaScript API", trigger = "API" }
    return write(why, file or default_name(), err, debug.traceback("", 2))
end

--- The same as a table.
---@param err table? an error that the report is to be about
---@return table
local function get_report(_, err)
    check.opt(check.table, err, "err")
    return collect({ event = "JavaScript API", trigger = "GetReport" }, err, debug.traceback("", 2))
end

local function on_signal(name)
    write_by_itself(name, "Signal", nil, debug.traceback("", 2))
end

--- Each checks what its field is set to, and does what follows from it.
local setters = {}

--- One that only checks; messages call the value by that name.
local function checked(check_fn, name)
    return function(value)
        check_fn(value, name)
    end
end

setters.directory = checked(check.c_string, "directory")
setters.filename = checked(check.c_string, "filename")
setters.compact = checked(check.boolean, "compact")
setters.excludeNetwork = checked(check.boolean, "excludeNetwork")
setters.reportOnFatalError = checked(check.boolean, "trigger")
setters.reportOnUncaughtException = checked(check.boolean, "trigger")

function setters.reportOnSignal(value)
    check.boolean(value, "trigger")
    if value ~= settings.reportOnSignal then
        process[value and "on" or "off"](settings.signal, on_signal)
    end
end

function setters.signal(value)
    check.string(value, "signal")
    if not core.signals[value] then
        local capitals = core.signals[value:upper()] and " (signals must use all capital letters)" or ""
        error(errors.of("ERR_UNKNOWN_SIGNAL", value .. capitals), 0)
    end
    if settings.reportOnSignal then
        process.on(value, on_signal) -- raises for one that cannot be caught, and then nothing changes
        process.off(settings.signal, on_signal)
    end
end

---@param target table process
function M.install(target)
    process = target
    local public = {}
    public.writeReport = util.either(public, write_report)
    public.getReport = util.either(public, get_report)
    process.report = setmetatable(public, {
        __name = "process.report",
        __index = settings,
        __newindex = function(_, name, value)
            local set = setters[name]
            if not set then
                error(errors.arg_value("process.report." .. tostring(name), value, "is no setting of a report"), 0)
            end
            set(value)
            settings[name] = value
        end,
    })
end

return M
