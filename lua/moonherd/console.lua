--- console, as Node's: log, info and debug write a line to stdout, error, warn and trace to stderr.
--
--     console.log("worker %d is online", worker.id, { pid = worker.process.pid })
--     console.error("cannot listen:", err)
--
-- Arguments are shown as moonherd.format does it. A line is written with one system call. That nobody reads the
-- stream any more is no error here: a program must not die of its log.

local absent = require("moonherd.absent")
local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local format = require("moonherd.format")

local M = {}

local depth = 0 -- of group

local function write(fd, text)
    if depth > 0 then
        local margin = ("  "):rep(depth)
        text = margin .. text:gsub("\n", "\n" .. margin)
    end
    if fd == 1 then
        io.stdout:flush() -- what print left there came first
    end
    core.write(fd, text .. "\n")
end

--- A line on stdout.
---@param ... any
function M.log(...)
    write(1, format.line(...))
end

M.info = M.log
M.debug = M.log
M.dirxml = M.log

--- A line on stderr.
---@param ... any
function M.error(...)
    write(2, format.line(...))
end

M.warn = M.error

--- A line on stderr and where we are.
---@param ... any
function M.trace(...)
    local text = format.line(...)
    write(2, debug.traceback(text == "" and "Trace" or "Trace: " .. text, 2))
end

--- A value on stdout, strings in quotes. options.depth: how many levels of tables to open.
---@param value any
---@param options { depth: integer? }?
function M.dir(value, options)
    if options ~= nil then
        local levels = check.opt(check.number, check.table(options, "options").depth, "options.depth")
        if levels and (levels < 0 or levels ~= levels) then
            error(errors.out_of_range("options.depth", ">= 0", levels), 0)
        end
    end
    write(1, format.value(value, options))
end

--- A line on stderr if the first argument is false or nil.
---@param value any
---@param ... any
function M.assert(value, ...)
    if not value then
        local text = format.line(...)
        write(2, text == "" and "Assertion failed" or "Assertion failed: " .. text)
    end
end

--- Indents what follows; a line says what it is.
---@param ... any
function M.group(...)
    if select("#", ...) > 0 then
        M.log(...)
    end
    depth = depth + 1
end

M.groupCollapsed = M.group

function M.groupEnd()
    depth = math.max(0, depth - 1)
end

-- Timers and counters -----------------------------------------------------------------------------------------

local started = {}
local counts = {}

local function label_of(label)
    return check.opt(check.string, label, "label") or "default"
end

local function seconds()
    local whole, nanos = core.hrtime()
    return whole + nanos / 1e9
end

--- Starts a clock of that name, which timeLog reads and timeEnd ends.
---@param label string?
function M.time(label)
    started[label_of(label)] = seconds()
end

local function show_time(label, ...)
    label = label_of(label)
    local since = started[label]
    if not since then
        M.warn(("No such label '%s' for console.time()"):format(label))
        return
    end
    local took = (seconds() - since) * 1000
    local text = took < 1000 and ("%.3fms"):format(took) or ("%.3fs"):format(took / 1000)
    M.log(label .. ": " .. text, ...)
end

M.timeLog = show_time

---@param label string?
function M.timeEnd(label)
    show_time(label)
    started[label_of(label)] = nil
end

--- A line with how often it was called with that label.
---@param label string?
function M.count(label)
    label = label_of(label)
    counts[label] = (counts[label] or 0) + 1
    M.log(("%s: %d"):format(label, counts[label]))
end

---@param label string?
function M.countReset(label)
    counts[label_of(label)] = nil
end

absent.add(M, "console", {
    clear = 'process.stdout:write("\\27[H\\27[2J")',
    Console = "console, or the write of a stream",
    createTask = 'require "async"',
    profile = 'require "jit.p"',
    profileEnd = 'require "jit.p"',
    table = "console.log, which shows tables",
    timeStamp = "console.timeLog",
})

return M
