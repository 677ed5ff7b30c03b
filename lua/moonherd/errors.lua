--- Error values. The checks that raise them are in moonherd.check.
--
-- An error is a table: `name`, `code`, `message`, `stack` (a traceback that starts where the caller called
-- us), `at` ("file:line" of the user's own code, when there is any on the stack), `call` (which of our functions that
-- line called) and, for what the system refused, `errno`, `syscall` and whatever else is known (`path`, `address`,
-- `port`, ...). Names, codes and wordings are Node's. A constructor here only makes the value; whoever raises it
-- writes `error(err, 0)`.
--
--     local errors = require "moonherd.errors"
--
--     server:emit("error", errors.system("EADDRINUSE", nil, "listen", { address = host, port = port }))
--     error(errors.of("ERR_SERVER_NOT_RUNNING"), 0)

local calls = require("moonherd.calls")
local inspect = require("moonherd.inspect")

local getinfo, traceback = debug.getinfo, debug.traceback

local M = {}

---@class moonherd.Error
---@field name string kind: "Error", "TypeError", "RangeError", "AbortError", ...
---@field code string? what a program compares: "ECONNREFUSED", "ERR_INVALID_ARG_TYPE", ...
---@field message string
---@field stack string
---@field at string? "file:line" outside moonherd itself
---@field call string? what was called there: "server:listen"
---@field errno integer? negative
---@field syscall string?
---@field unheard string? the class of the emitter that had no listener for this "error"
local Error = {}
Error.__index = Error
Error.__name = "Error"

function Error:__tostring()
    if self.code then
        return ("%s [%s]: %s"):format(self.name, self.code, self.message)
    end
    return ("%s: %s"):format(self.name, self.message)
end

-- Frames of errors and check are never "the caller"; frames of the library's own directory are never "the user".
local OWN_DIR = getinfo(1, "S").source:match("^(@.*)errors%.lua$") or "@moonherd/"
local MAKERS = { [OWN_DIR .. "errors.lua"] = true, [OWN_DIR .. "check.lua"] = true }

local function is_own(source)
    return source:sub(1, #OWN_DIR) == OWN_DIR or source:sub(1, 10) == "@moonherd/"
end

--- Fills in `stack`, `at` and `call`: must be called by a function of this file.
local function capture(err)
    local level = 2
    local info = getinfo(level, "S")
    while info and MAKERS[info.source] do
        level = level + 1
        info = getinfo(level, "S")
    end
    err.stack = traceback(tostring(err), level)
    info = getinfo(level, "Sl")
    -- A frame without a line is C, or code whose debug information was stripped: it can name no place.
    local called
    while info and (info.currentline < 1 or is_own(info.source)) do
        called = is_own(info.source) and level or called
        level = level + 1
        info = getinfo(level, "Sl")
    end
    if info then
        local source = info.source:match("^[@=](.*)") or info.short_src
        err.at = source .. ":" .. info.currentline
        err.call = called and calls.name(called)
    end
    return err
end

--- Makes an error. The fields of `fields` are copied onto it.
---@param name string
---@param code string?
---@param message string
---@param fields table?
---@return moonherd.Error
function M.new(name, code, message, fields)
    local err = setmetatable({ name = name, code = code, message = message }, Error)
    if fields then
        for key, value in pairs(fields) do
            err[key] = value
        end
    end
    return capture(err)
end

--- Whether a value is an error by itself: one made here, or a table of somebody's own error class, which
--- shows by being able to print itself.
---@param value any
---@return boolean
function M.is(value)
    if type(value) ~= "table" then
        return false
    end
    local mt = getmetatable(value)
    return mt == Error or (type(mt) == "table" and mt.__tostring ~= nil)
end

--- Notes on an error of ours, for who reports it, that a `class` emitted it in vain.
---@param err any
---@param class string
function M.unheard(err, class)
    if type(err) == "table" and getmetatable(err) == Error and not err.unheard then
        err.unheard = class
    end
end

-- "a", "a or b", "a, b, or c"
local function join(words, conjunction)
    local n = #words
    if n <= 2 then
        return table.concat(words, " " .. conjunction .. " ")
    end
    return table.concat(words, ", ", 1, n - 1) .. ", " .. conjunction .. " " .. words[n]
end

local function argument(name)
    if name:sub(-9) == " argument" then
        return "The " .. name
    end
    return ('The "%s" %s'):format(name, name:find(".", 1, true) and "property" or "argument")
end

-- Constructors ----------------------------------------------------------------------------------------------

--- ERR_INVALID_ARG_TYPE.
---@param arg string the parameter's name; with a dot in it, it is called a property
---@param expected string|string[] one Lua type, the name of a class, or a list of types
---@param actual any the value received
---@return moonherd.Error
function M.arg_type(arg, expected, actual)
    if type(expected) == "table" then
        expected = (#expected > 1 and "one of type " or "of type ") .. join(expected, "or")
    elseif expected ~= "int32" then -- a range of numbers, no type
        -- Types are written small, classes with a capital.
        expected = (expected:find("^%u") and "an instance of " or "of type ") .. expected
    end
    local message = ("%s must be %s. Received %s"):format(argument(arg), expected, inspect.received(actual))
    return M.new("TypeError", "ERR_INVALID_ARG_TYPE", message)
end

--- ERR_INVALID_ARG_VALUE.
---@param arg string
---@param value any
---@param reason string? "is invalid" unless given
---@return moonherd.Error
function M.arg_value(arg, value, reason)
    local what = arg:find(".", 1, true) and "property" or "argument"
    local message = ("The %s '%s' %s. Received %s"):format(what, arg, reason or "is invalid", inspect.value(value))
    return M.new("TypeError", "ERR_INVALID_ARG_VALUE", message)
end

--- ERR_OUT_OF_RANGE.
---@param arg string
---@param range string what it must be: ">= 0 && <= 65535", "an integer"
---@param value any
---@return moonherd.Error
function M.out_of_range(arg, range, value)
    local text = inspect.value(value)
    if type(value) == "number" and text:find("^%-?%d+$") and (value > 2 ^ 32 or value < -2 ^ 32) then
        text = text:reverse():gsub("(%d%d%d)", "%1_"):reverse():gsub("^(%-?)_", "%1") -- 5_000_000_000, as Node
    end
    local message = ('The value of "%s" is out of range. It must be %s. Received %s'):format(arg, range, text)
    return M.new("RangeError", "ERR_OUT_OF_RANGE", message)
end

--- ERR_MISSING_ARGS.
---@param ... string the names of the missing arguments
---@return moonherd.Error
function M.missing_args(...)
    local names = { ... }
    local noun = #names == 1 and "argument" or "arguments"
    for i = 1, #names do
        names[i] = '"' .. names[i] .. '"'
    end
    return M.new("TypeError", "ERR_MISSING_ARGS", ("The %s %s must be specified"):format(join(names, "and"), noun))
end

--- ABORT_ERR.
---@param cause any
---@return moonherd.Error
function M.abort(cause)
    return M.new("AbortError", "ABORT_ERR", "The operation was aborted", { cause = cause })
end

-- Linux numbers and libuv's words of the codes that Lua code makes errors of itself.
local SYSTEM = {
    EPERM = { 1, "operation not permitted" },
    ENOENT = { 2, "no such file or directory" },
    ESRCH = { 3, "no such process" },
    EIO = { 5, "i/o error" },
    E2BIG = { 7, "argument list too long" },
    EBADF = { 9, "bad file descriptor" },
    EAGAIN = { 11, "resource temporarily unavailable" },
    ENOMEM = { 12, "not enough memory" },
    EACCES = { 13, "permission denied" },
    EEXIST = { 17, "file already exists" },
    ENOTDIR = { 20, "not a directory" },
    EINVAL = { 22, "invalid argument" },
    ENFILE = { 23, "file table overflow" },
    EMFILE = { 24, "too many open files" },
    EPIPE = { 32, "broken pipe" },
    ENOSYS = { 38, "function not implemented" },
    EMSGSIZE = { 90, "message too long" },
    EAFNOSUPPORT = { 97, "address family not supported" },
    EADDRINUSE = { 98, "address already in use" },
    EADDRNOTAVAIL = { 99, "address not available" },
    ENETUNREACH = { 101, "network is unreachable" },
    ECONNABORTED = { 103, "software caused connection abort" },
    ECONNRESET = { 104, "connection reset by peer" },
    ENOTCONN = { 107, "socket is not connected" },
    ETIMEDOUT = { 110, "connection timed out" },
    ECONNREFUSED = { 111, "connection refused" },
    EHOSTUNREACH = { 113, "host is unreachable" },
    ECANCELED = { 125, "operation canceled" },
}

--- libuv's words for a system's code, as Node's messages have them; nil for a code that is not known here.
---@param code string
---@return string?
function M.words(code)
    return SYSTEM[code] and SYSTEM[code][2]
end

-- Bytes of a word in a message; what a peer or a mistake made larger says no more.
local MAX_WORD = 256

local function short(word)
    return #word > MAX_WORD and word:sub(1, MAX_WORD) .. "..." or word
end

--- What the system refused. The message reads as Node's does: "connect ECONNREFUSED 127.0.0.1:1",
--- "listen EADDRINUSE: address already in use 127.0.0.1:80", "spawn nope ENOENT".
---@param code string "ECONNREFUSED", ...
---@param errno integer? either sign is taken; nil looks the code up
---@param syscall string "connect", "listen", "spawn nope", ...
---@param fields table? copied onto the error. `address` and `port` also enter the message; `reason` (words
---for the code) does too and is not kept: `listen` has it without being asked, other calls want it said
---@return moonherd.Error
function M.system(code, errno, syscall, fields)
    local known = SYSTEM[code]
    local reason = fields and fields.reason or (syscall == "listen" and known and known[2])
    local message = short(syscall) .. " " .. code
    if reason then
        message = message .. ": " .. reason
    end
    if fields and fields.address then
        message = message .. " " .. short(fields.address)
        if fields.port and fields.port > 0 then
            message = message .. ":" .. inspect.number(fields.port)
        end
    end
    if errno and errno > 0 then
        errno = -errno
    end
    local err = M.new("Error", code, message, fields)
    err.errno = errno or (known and -known[1])
    err.syscall = syscall
    err.reason = nil
    if err.port == 0 then
        err.port = nil -- as in Node: none was asked for
    end
    return err
end

-- Node's errors whose wording is settled, by code.
local TEMPLATES = {
    ERR_CHILD_CLOSED_BEFORE_REPLY = { "Error", "Child closed before reply received" },
    ERR_CHILD_PROCESS_IPC_REQUIRED = {
        "Error",
        "Forked processes must have an IPC channel, missing value 'ipc' in %s",
    },
    ERR_CHILD_PROCESS_STDIO_MAXBUFFER = { "RangeError", "%s maxBuffer length exceeded" },
    ERR_HTTP_BODY_NOT_ALLOWED = {
        "Error",
        "Adding content for this request method or response status is not allowed.",
    },
    ERR_HTTP_CONTENT_LENGTH_MISMATCH = {
        "Error",
        "%s body's content-length of %s byte(s) does not match the content-length of %s byte(s) set in header",
    },
    ERR_HTTP_HEADERS_SENT = { "Error", "Cannot %s headers after they are sent to the client" },
    ERR_HTTP_INVALID_HEADER_VALUE = { "TypeError", 'Invalid value "%s" for header "%s"' },
    ERR_HTTP_INVALID_STATUS_CODE = { "RangeError", "Invalid status code: %s" },
    ERR_INVALID_CHAR = { "TypeError", 'Invalid character in %s ["%s"]' },
    ERR_INVALID_HANDLE_TYPE = { "TypeError", "This handle type cannot be sent" },
    ERR_INVALID_HTTP_TOKEN = { "TypeError", '%s must be a valid HTTP token ["%s"]' },
    ERR_INVALID_IP_ADDRESS = { "TypeError", "Invalid IP address: %s" },
    ERR_INVALID_PROTOCOL = { "TypeError", 'Protocol "%s" not supported. Expected "http:"' },
    ERR_IPC_CHANNEL_CLOSED = { "Error", "Channel closed" },
    ERR_IPC_DISCONNECTED = { "Error", "IPC channel is already disconnected" },
    ERR_IPC_ONE_PIPE = { "Error", "Child process can have only one IPC pipe" },
    ERR_IPC_QUEUE_FULL = { "Error", "The IPC channel's queue is full: %s" },
    ERR_IPC_SYNC_FORK = { "Error", "IPC cannot be used with synchronous forks" },
    ERR_SERVER_ALREADY_LISTEN = { "Error", "Listen method has been called more than once without closing." },
    ERR_SERVER_NOT_RUNNING = { "Error", "Server is not running." },
    ERR_STREAM_ALREADY_FINISHED = { "Error", "Cannot call %s after a stream was finished" },
    ERR_STREAM_CANNOT_PIPE = { "Error", "Cannot pipe, not readable" },
    ERR_STREAM_DESTROYED = { "Error", "Cannot call %s after a stream was destroyed" },
    ERR_STREAM_NULL_VALUES = { "TypeError", "May not write null values to stream" },
    ERR_STREAM_WRITE_AFTER_END = { "Error", "write after end" },
    ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET = {
        "Error",
        "`process.setupUncaughtExceptionCapture()` was called while a capture callback was already active",
    },
    ERR_UNKNOWN_CREDENTIAL = { "Error", "%s identifier does not exist: %s" },
    ERR_UNKNOWN_ENCODING = { "TypeError", "Unknown encoding: %s" },
    ERR_UNKNOWN_SIGNAL = { "TypeError", "Unknown signal: %s" },
}

--- An error of the table above; the rest of the arguments fill its wording, each shortened if it is long.
---@param code string
---@param ... string
---@return moonherd.Error
function M.of(code, ...)
    local template = TEMPLATES[code] or error("errors.of: no wording for " .. tostring(code), 2)
    local words = { ... }
    for i = 1, #words do
        words[i] = short(words[i])
    end
    return M.new(template[1], code, template[2]:format(unpack(words)))
end

return M
