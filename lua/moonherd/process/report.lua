--- How bad news looks on stderr: which process, what, where.
--
--     local report = require "moonherd.process.report"
--     report.line("cannot open 'x.lua': No such file or directory")
--     --> moonherd: cannot open 'x.lua': No such file or directory
--     report.line(report.describe(err, traceback))
--     --> worker 3 (pid 1234): app.lua:12: attempt to index a nil value
--     --> stack traceback: ...
--     report.line(report.describe(errors.of("ERR_SERVER_NOT_RUNNING")))
--     --> worker 3 (pid 1234): app.lua:12: server:close: Error [ERR_SERVER_NOT_RUNNING]: Server is not running.
--
-- A text goes out with one write, so that those of several workers do not mix.

local core = require("moonherd.core")
local inspect = require("moonherd.inspect")

local worker = core.getenv("NODE_UNIQUE_ID")

local M = {
    --- What this process is to its operator: "worker 3" in a cluster; nil where the program's name says enough.
    ---@type string?
    who = worker and "worker " .. worker or nil,
}

--- What stands in front of every line of this process.
---@return string
function M.prefix()
    return M.who and ("%s (pid %d): "):format(M.who, core.pid()) or "moonherd: "
end

--- Writes a text of one or more lines to stderr, whatever state stderr is in.
---@param text string
function M.line(text)
    io.stdout:flush()
    core.write(2, M.prefix() .. text .. "\n")
end

-- Tracebacks --------------------------------------------------------------------------------------------------

local OWN_DIR = debug.getinfo(1, "S").source:match("^@(.*)process/report%.lua$") or "moonherd/"

local function is_own(frame)
    local place = frame:match("^%s*(.*)")
    return place:sub(1, 3) == "[C]" or place:sub(1, #OWN_DIR) == OWN_DIR or place:sub(1, 9) == "moonherd/"
end

--- Frames that name nothing: where error was called, and C functions without a name.
local function is_empty(frame)
    return frame:find("^%s*%[C%]: in function 'error'$") or frame:find("^%s*%[[^%]]*%]: at 0x%x+$")
end

--- The traceback without our frames below the user's code, and whether all of it is ours.
local function trim(traceback)
    local lines = {}
    for line in traceback:gmatch("[^\n]+") do
        if not is_empty(line) then
            lines[#lines + 1] = line
        end
    end
    local last = #lines
    while last > 0 and lines[last]:find("^%s") and is_own(lines[last]) do
        last = last - 1
    end
    if last == 0 or not lines[last]:find("^%s") then
        return table.concat(lines, "\n"), true -- nothing but our own: then that is what there is to see
    end
    return table.concat(lines, "\n", 1, last), false
end

--- A traceback without the engine's own frames below the user's code: how we came to call it is no news.
---@param traceback string
---@return string
function M.trim(traceback)
    return (trim(traceback))
end

-- Errors ------------------------------------------------------------------------------------------------------

local function own_words(err)
    local mt = getmetatable(err)
    if type(mt) == "table" and mt.__tostring then
        return tostring(err)
    elseif type(err) == "table" and err.message ~= nil then
        local message = tostring(err.message)
        return err.name and ("%s: %s"):format(tostring(err.name), message) or message
    elseif err == nil then
        return "nil (error was called without a message)"
    elseif type(err) == "string" then
        return err
    end
    return ("%s (a %s, not an error message)"):format(inspect.value(err), type(err))
end

--- The first line of a report: what happened. Never raises, whatever was thrown.
---@param err any
---@return string
function M.message(err)
    local ok, words = pcall(own_words, err)
    if ok and type(words) == "string" then
        return words
    end
    -- What went wrong there may be as broken as the first error; LuaJIT's tostring may also return anything.
    local why = type(words) == "string" and words or "its text is a " .. type(words)
    return ("a %s that cannot be shown (%s)"):format(type(err), why)
end

local function stack_of(err)
    local stack = type(err) == "table" and err.stack
    return type(stack) == "string" and stack or nil
end

--- An "error" event that had no listener: that is the user's mistake, not where we emitted it.
local function unheard(err)
    local class = type(err) == "table" and err.unheard
    return type(class) == "string" and ('\n  nobody listens for "error" on this %s'):format(class) or ""
end

--- Where in the user's own code an error of ours is from and what was called there, in front of what it says.
local function origin(err)
    local at, call = err.at, err.call
    if type(at) ~= "string" then
        return ""
    end
    return at .. ": " .. (type(call) == "string" and call .. ": " or "")
end

--- A traceback of an error of ours begins in the user's code too: what led to it in ours, `stack` keeps.
local function without_head(traceback)
    local head, frames = traceback:match("^(%s*stack traceback:\n)(.*)$")
    local rest = frames or ""
    while rest ~= "" and is_own(rest:match("^[^\n]*")) do
        rest = rest:match("^[^\n]*\n(.*)$") or ""
    end
    return rest ~= "" and head .. rest or traceback
end

--- What happened and where: the message and the traceback. For an error of ours the place and the call come first.
---@param err any
---@param traceback string? of the place where it was raised; an error's own `stack` is preferred
---@return string
function M.describe(err, traceback)
    local message = M.message(err)
    local ok, stack = pcall(stack_of, err)
    if ok and stack then
        -- A stack usually begins with the message; if the message was changed since, both are of interest.
        if stack:sub(1, #message) == message then
            stack = stack:sub(#message + 2)
        end
        local trimmed, own = trim(stack)
        local understood, place = pcall(origin, err)
        if understood and place ~= "" then
            message, trimmed = place .. message, without_head(trimmed)
        end
        -- An error that the library made of the world's refusal: where in the library is nobody's concern.
        local heard, hint = pcall(unheard, err)
        return (own and err.code and message or message .. "\n" .. trimmed) .. (heard and hint or "")
    end
    return traceback and message .. "\n" .. M.trim(traceback) or message
end

return M
