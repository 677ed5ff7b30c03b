--- Reads the arguments of spawn and fork (of the others: moonherd.child_process.collecting): checks all of them, then
--- makes a plan of plain values for ChildProcess.
--
--     local plan = options.for_spawn("ls", { "-l" }, { cwd = "/tmp" })
--     --> { file =, args =, argv0 =, spawnargs =, env = { K = "V" }, cwd =, stdio = { element, ... }, ... }

local abort = require("moonherd.abort")
local channel = require("moonherd.channel")
local check = require("moonherd.check")
local env = require("moonherd.child_process.env")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")
local signal = require("moonherd.child_process.signal")
local stdio = require("moonherd.child_process.stdio")
local util = require("moonherd.util")

local M = {
    DEFAULT_SHELL = "/bin/sh",
}

local MAX_ID = 2 ^ 32 - 2

-- Lists and texts ---------------------------------------------------------------------------------------------

local function has_names(value)
    for key in pairs(value) do
        if type(key) == "string" then
            return true
        end
    end
    return false
end

--- A table with a string among its keys is options, any other is the list of arguments.
function M.looks_like_options(value)
    return type(value) == "table" and has_names(value)
end

--- Raises for what is no table of options, or a list besides, whose elements nobody would look at.
---@param opts any
---@return table
function M.check_options(opts)
    if opts == nil then
        return {}
    end
    check.table(opts, "options")
    if rawget(opts, 1) ~= nil then
        error(errors.arg_value("options", opts, "must have names only, as arguments are a list of their own"), 0)
    end
    return opts
end

local function text_of(value, name)
    local kind = type(value)
    if kind == "number" then
        return inspect.number(value)
    elseif kind == "boolean" then
        return tostring(value)
    end
    return check.c_string(value, name)
end

--- A copy of a list of arguments, as texts.
---@param list any
---@param name string
---@return string[]
function M.read_list(list, name)
    if list == nil then
        return {}
    end
    check.table(list, name)
    if has_names(list) then
        error(errors.arg_value(name, list, "must be a list"), 0)
    end
    local copy = {}
    for i = 1, table.maxn(list) do -- whatever # makes of one with holes, which are refused
        copy[i] = text_of(list[i], ("%s[%d]"):format(name, i))
    end
    return copy
end

--- A program and its arguments in one line, as a shell gets it and messages show it.
---@param file string
---@param args string[]
---@return string
function M.command_line(file, args)
    return #args > 0 and file .. " " .. table.concat(args, " ") or file
end

--- The two optional arguments behind the first: either may be missing.
function M.split(args, opts)
    if opts == nil and M.looks_like_options(args) then
        args, opts = nil, args
    end
    opts = M.check_options(opts)
    return M.read_list(args, "args"), opts
end

-- The rest ----------------------------------------------------------------------------------------------------

--- The number of a user or group; nil for none.
---@param value any
---@param name string
---@return integer?
function M.read_id(value, name)
    if value == nil then
        return nil
    end
    if type(value) ~= "number" or value ~= math.floor(value) or value < 0 or value > MAX_ID then
        error(errors.arg_type(name, "int32", value), 0)
    end
    return value
end

local function read_cwd(cwd)
    check.opt(check.c_string, cwd, "options.cwd")
    return cwd ~= "" and cwd or nil
end

--- The shell to run the command by, or nil.
function M.shell(shell)
    if shell == nil or type(shell) == "boolean" then
        return shell and M.DEFAULT_SHELL or nil
    elseif type(shell) ~= "string" then
        error(errors.arg_type("options.shell", { "boolean", "string" }, shell), 0)
    end
    return shell ~= "" and check.c_string(shell, "options.shell") or nil
end

local function read_timeout(timeout)
    if timeout == nil then
        return 0
    elseif type(timeout) ~= "number" or timeout ~= math.floor(timeout) or timeout < 0 or timeout == math.huge then
        error(errors.out_of_range("timeout", "an unsigned integer", timeout), 0)
    end
    return timeout
end

-- Narrower than those of the other limits.
local LIMIT_RANGES = { frameBytes = { 1, 2 ^ 30 }, handles = { 1, 256 } }

--- The limits of a channel, nil for the usual ones.
---@param limits any
---@param name string
---@return table<string, integer>?
function M.read_limits(limits, name)
    if limits == nil then
        return nil
    end
    check.table(limits, name)
    local copy = {}
    for key, value in pairs(limits) do
        check.one_of(key, name .. "'s key", channel.LIMITS)
        local range = LIMIT_RANGES[key] or { 0, 2 ^ 30 }
        copy[key] = check.integer(value, name .. "." .. key, range[1], range[2])
    end
    return copy
end

--- What spawn and fork have in common. `file` and `args` are checked.
local function make_plan(file, args, opts)
    check.opt(check.boolean, opts.detached, "options.detached")
    check.opt(check.boolean, opts.windowsHide, "options.windowsHide")
    check.opt(check.boolean, opts.windowsVerbatimArguments, "options.windowsVerbatimArguments")
    check.opt(check.c_string, opts.argv0, "options.argv0")
    if opts.serialization ~= nil then
        check.one_of(opts.serialization, "options.serialization", { "json", "advanced" })
    end
    local plan = {
        file = file,
        args = args,
        argv0 = opts.argv0,
        cwd = read_cwd(opts.cwd),
        uid = M.read_id(opts.uid, "options.uid"),
        gid = M.read_id(opts.gid, "options.gid"),
        detached = opts.detached or false,
        limits = M.read_limits(opts.ipc, "options.ipc"),
        timeout = read_timeout(opts.timeout),
        kill_signal = signal.kill_signal(opts.killSignal),
        signal = check.opt(abort.check_signal, opts.signal, "options.signal"),
        env = env.read(opts.env),
    }
    plan.spawnargs = { opts.argv0 or file }
    for i = 1, #args do
        plan.spawnargs[i + 1] = args[i]
    end
    return plan
end

function M.check_file(file, name)
    check.c_string(file, name)
    if file == "" then
        error(errors.arg_value(name, file, "cannot be empty"), 0)
    end
end

--- The plan of a program, with a shell or without, but for its stdio.
function M.program(file, args, opts)
    local shell = M.shell(opts.shell)
    if shell then
        args = { "-c", M.command_line(file, args) }
        file = shell
    end
    return make_plan(file, args, opts)
end

---@param file any
---@param args any
---@param opts any
---@return table plan
function M.for_spawn(file, args, opts)
    M.check_file(file, "file")
    args, opts = M.split(args, opts)
    local plan = M.program(file, args, opts)
    plan.stdio = stdio.read(opts.stdio == nil and "pipe" or opts.stdio)
    return plan
end

local function read_fork_stdio(opts)
    local wanted = opts.stdio
    if wanted == nil then
        wanted = opts.silent and "pipe" or "inherit"
    end
    if type(wanted) == "string" then
        stdio.check_word(wanted)
        return { wanted, wanted, wanted, "ipc" }
    end
    check.table(wanted, "options.stdio")
    for _, element in pairs(wanted) do
        if element == "ipc" then
            return wanted
        end
    end
    error(errors.of("ERR_CHILD_PROCESS_IPC_REQUIRED", "options.stdio"), 0)
end

---@param script any
---@param args any
---@param opts any
---@return table plan
function M.for_fork(script, args, opts)
    M.check_file(script, "modulePath")
    args, opts = M.split(args, opts)
    local process = require("moonherd.process")
    check.opt(check.c_string, opts.execPath, "options.execPath")
    check.opt(check.boolean, opts.silent, "options.silent")
    local argv = M.read_list(opts.execArgv or process.execArgv, "options.execArgv")
    argv[#argv + 1] = script
    for i = 1, #args do
        argv[#argv + 1] = args[i]
    end
    local program = opts.execPath ~= "" and opts.execPath or process.execPath
    local plan = make_plan(program, argv, opts)
    plan.stdio = stdio.read(read_fork_stdio(opts))
    return plan
end

--- For ChildProcess:spawn.
---@return table plan
function M.for_object(opts)
    check.table(opts, "options")
    check.opt(check.table, opts.envPairs, "options.envPairs")
    M.check_file(opts.file, "options.file")
    local args = M.read_list(opts.args, "options.args")
    local plan = make_plan(opts.file, util.tail(args), {
        argv0 = args[1],
        cwd = opts.cwd,
        detached = opts.detached,
        uid = opts.uid,
        gid = opts.gid,
        serialization = opts.serialization,
    })
    plan.spawnargs = args
    if opts.envPairs then
        plan.env = {}
        for i, pair in ipairs(M.read_list(opts.envPairs, "options.envPairs")) do
            local name, value = pair:match("^([^=]+)=(.*)$")
            if not name then
                error(errors.arg_value(("options.envPairs[%d]"):format(i), pair, "must be NAME=value"), 0)
            end
            plan.env[name] = value
        end
    end
    plan.stdio = stdio.read(opts.stdio == nil and "pipe" or opts.stdio)
    return plan
end

return M
