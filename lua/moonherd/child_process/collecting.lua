--- Reads the arguments of the calls that collect what a program writes: exec, execFile and those that wait. Makes the
--- same plans as moonherd.child_process.options, with `max_buffer`.

local check = require("moonherd.check")
local encodings = require("moonherd.encoding")
local errors = require("moonherd.errors")
local options = require("moonherd.child_process.options")
local stdio = require("moonherd.child_process.stdio")

local M = {}

local MAX_BUFFER = 1024 * 1024 -- bytes, unless `maxBuffer` says otherwise

--- Strings are bytes here: of the encodings that leave them alone it does not matter which.
local function check_encoding(encoding, sync)
    if encoding == nil then
        return
    end
    encodings.refuse_foreign(check.string(encoding, "options.encoding"), "options.encoding")
    if sync then
        encodings.refuse_unknown(encoding)
    end
end

local function read_max_buffer(bytes)
    if bytes == nil then
        return MAX_BUFFER
    elseif type(bytes) ~= "number" or bytes < 0 or bytes ~= bytes then
        error(errors.out_of_range("options.maxBuffer", "a positive number", bytes), 0)
    end
    return bytes
end

--- What execFile, spawnSync and execFileSync add to a spawn's.
local function add_collecting(plan, opts, sync)
    check_encoding(opts.encoding, sync)
    plan.max_buffer = read_max_buffer(opts.maxBuffer)
    return plan
end

--- The arguments of execSync: those of execFileSync.
---@return string command
---@return table opts
function M.for_command(command, opts)
    check.c_string(command, "command")
    local copy = {}
    for name, value in pairs(options.check_options(opts)) do
        copy[name] = value
    end
    copy.shell = options.shell(copy.shell) or (copy.shell ~= "" and options.DEFAULT_SHELL) or ""
    return command, copy
end

--- The arguments of exec: those of execFile. A function in the place of the options is the callback.
---@return string command
---@return table opts
---@return function? callback
function M.for_exec(command, opts, callback)
    check.c_string(command, "command")
    if check.callable(opts) then
        opts, callback = nil, opts
    end
    local _, with_shell = M.for_command(command, opts)
    check.opt(check.fn, callback, "callback")
    return command, with_shell, callback
end

--- Either of args and opts may be missing; a function in the place of one is the callback.
---@return table plan
---@return string command what error messages say
---@return function? callback
function M.for_exec_file(file, args, opts, callback)
    options.check_file(file, "file")
    if check.callable(args) then
        args, opts, callback = nil, nil, args
    elseif options.looks_like_options(args) then
        args, opts, callback = nil, args, opts
    elseif check.callable(opts) then
        opts, callback = nil, opts
    end
    check.opt(check.fn, callback, "callback")
    args, opts = options.split(args, opts)
    check.opt(check.c_string, opts.argv0, "options.argv0")
    -- Its streams are what it is collected from, and it never stays behind.
    local wanted = {}
    for name, value in pairs(opts) do
        wanted[name] = value
    end
    wanted.argv0, wanted.detached = nil, nil
    local plan = add_collecting(options.program(file, args, wanted), opts, false)
    plan.stdio = stdio.read("pipe")
    return plan, options.command_line(file, args), callback
end

---@return table plan with `input`, and `inherits_stderr`: nothing was said about stdio
---@return string command
function M.for_sync(file, args, opts)
    options.check_file(file, "file")
    args, opts = options.split(args, opts)
    local plan = add_collecting(options.program(file, args, opts), opts, true)
    plan.stdio = stdio.read(opts.stdio == nil and "pipe" or opts.stdio, true)
    plan.input = check.opt(check.string, opts.input, "options.input") or ""
    plan.inherits_stderr = opts.stdio == nil
    return plan, options.command_line(opts.argv0 or file, args)
end

return M
