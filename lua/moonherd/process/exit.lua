--- How the process ends: exit, exitCode, beforeExit, and errors that nobody caught. Adds its part to `process`.
--
-- Exit codes are Node's: 0, or process.exitCode, or what exit was given; 1 after an uncaught error; 7 if the
-- uncaughtException listener failed itself.

local check = require("moonherd.check")
local core = require("moonherd.core")
local dump = require("moonherd.process.dump")
local errors = require("moonherd.errors")
local memory = require("moonherd.process.memory")
local report = require("moonherd.process.report")
local tick = require("moonherd.tick")

local CODE_UNCAUGHT = 1
local CODE_HANDLER_FAILED = 7

local M = {}

local process -- set by install

local exit_code -- as assigned to process.exitCode; nil for none
local exiting = false -- "exit" was emitted
local left = false -- the host was asked to end the process; one that embeds the engine may go on by itself
local capture -- of setUncaughtExceptionCaptureCallback
local last_acts = {} -- run before the process is gone, whatever the way

--- Raised to leave the script after process.exit, where the host of the engine did not end the process there.
local LEAVING = setmetatable({}, {
    __tostring = function()
        return "the process is exiting"
    end,
})

-- Codes -------------------------------------------------------------------------------------------------------

--- nil, a whole number, or a string of one, which stays a string.
local function check_code(code)
    local number = type(code) == "string" and tonumber(code)
    if not number or number - number ~= 0 then -- "nan" and "inf" are numbers to Lua
        number = code
    end
    check.opt(check.integer, number, "code")
    return code
end

M.get_exit_code = function()
    return exit_code
end

function M.set_exit_code(code)
    exit_code = check_code(code)
end

local function status()
    return (tonumber(exit_code) or 0) % 256
end

-- Leaving -----------------------------------------------------------------------------------------------------

--- Has `act()` called when the process is about to be gone: after "exit", from whatever cause short of a signal.
--- For what must reach the outside, as a channel's queue. Errors in it are ignored.
---@param act function
function M.at_exit(act)
    last_acts[#last_acts + 1] = act
end

local function perform_last_acts()
    local acts = last_acts
    last_acts = {}
    for _, act in ipairs(acts) do
        pcall(act)
    end
    io.stdout:flush()
end

local function leave()
    perform_last_acts()
    left = true
    core.exit(status())
    error(LEAVING, 0)
end

local uncaught

--- For xpcall: keeps the traceback of an error in a variable of the caller.
local function keep_traceback(keep)
    return function(err)
        keep(report.trim((debug.traceback("", 2):gsub("^\n", ""))))
        return err
    end
end

--- Emits "exit", once.
local function emit_exit(code)
    if exiting then
        return
    end
    exiting = true
    local traceback
    local ok, err = xpcall(process.emit, keep_traceback(function(text)
        traceback = text
    end), "exit", code)
    if not ok and not rawequal(err, LEAVING) then
        uncaught(err, traceback)
    end
end

--- Ends the process now: "exit" is emitted, work that is under way is dropped.
---@param code (integer|string)? exitCode unless given
function M.exit(_, code)
    check_code(code)
    if code ~= nil then
        exit_code = code
    end
    emit_exit(tonumber(exit_code) or 0)
    leave()
end

-- Uncaught errors ---------------------------------------------------------------------------------------------

local function hand_over(err, traceback)
    process.emit("uncaughtExceptionMonitor", err, "uncaughtException", traceback)
    if capture then
        capture(err, traceback)
        return true
    end
    -- The third argument is ours: strings are thrown more often than in JavaScript, and carry no stack.
    return process.emit("uncaughtException", err, "uncaughtException", traceback)
end

uncaught = function(err, traceback)
    local inner
    local ok, heard = xpcall(hand_over, keep_traceback(function(text)
        inner = text
    end), err, traceback)
    if not ok then
        if rawequal(heard, LEAVING) then
            error(LEAVING, 0)
        end
        report.line(("uncaught error: %s\nand then its handler failed: %s"):format(
            report.describe(err, traceback), report.describe(heard, inner)))
        exit_code = CODE_HANDLER_FAILED
        leave()
    elseif not heard then
        report.line("uncaught error: " .. report.describe(err, traceback))
        dump.on_uncaught(err, traceback)
        exit_code = CODE_UNCAUGHT
        emit_exit(CODE_UNCAUGHT)
        leave()
    end
end

-- What the engine asks ----------------------------------------------------------------------------------------

local handlers = {}

function handlers:on_error(err, traceback)
    if rawequal(err, LEAVING) then
        return
    end
    if err == "not enough memory" then
        collectgarbage() -- else nothing can be allocated to report it
        if memory.limit_bytes > 0 then
            memory.passed()
        end
    end
    uncaught(err, traceback and report.trim(traceback))
end

function handlers:on_tick()
    if not exiting and not left then
        tick.drain()
    end
end

function handlers:on_before_exit()
    process.emit("beforeExit", tonumber(exit_code) or 0)
end

--- The natural end. Returns the status of the process.
function handlers:on_exit()
    emit_exit(tonumber(exit_code) or 0)
    perform_last_acts()
    return status()
end

function handlers:on_memory()
    memory.passed()
end

--- For who catches errors that are nobody's, with the traceback of where they were raised.
---@param err any
---@param traceback string?
function M.uncaught(err, traceback)
    handlers:on_error(err, traceback)
end

--- Whether it is no error, but unwinds what runs because the process ends: whoever catches it raises it again.
---@param err any
---@return boolean
function M.is_leaving(err)
    return rawequal(err, LEAVING)
end

--- For moonherd.run, which turns the loop from Lua: calls one of the handlers, an error in it taken as any other.
---@param name string
---@return any
function M.handle(name)
    local traceback
    local ok, result = xpcall(handlers[name], keep_traceback(function(text)
        traceback = text
    end), handlers)
    if not ok then
        handlers:on_error(result, traceback)
    end
    return ok and result
end

-- The public part ---------------------------------------------------------------------------------------------

local function set_capture(_, fn)
    if fn ~= nil then
        if not check.callable(fn) then
            error(errors.arg_type("fn", { "function", "nil" }, fn), 0)
        end
        if capture then
            error(errors.of("ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET"), 0)
        end
    end
    capture = fn
end

---@param target table process
---@param method fun(name: string, fn: function) adds a method for dot and colon calls
function M.install(target, method)
    process = target
    method("exit", M.exit)
    method("abort", core.abort)
    method("setUncaughtExceptionCaptureCallback", set_capture)
    method("hasUncaughtExceptionCaptureCallback", function()
        return capture ~= nil
    end)
    target._at_exit = M.at_exit
    core.handlers(handlers)
end

return M
