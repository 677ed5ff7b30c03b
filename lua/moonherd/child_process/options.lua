--- Reads the arguments of spawn and fork: checks all of them, then makes a plan of plain values for ChildProcess.
--
--     local plan = options.for_spawn("ls", { "-l" }, { cwd = "/tmp" })
--     --> { file =, args =, argv0 =, spawnargs =, env = { "K=V", ... }, cwd =, stdio = { element, ... }, ... }

local channel = require("moonherd.channel")
local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")
local stdio = require("moonherd.child_process.stdio")

local M = {}

local DEFAULT_SHELL = "/bin/sh"
local MAX_ID = 2 ^ 32 - 2
local MAX_TIMEOUT_MS = 2 ^ 31 - 1

-- Lists and texts ---------------------------------------------------------------------------------------------

--- A table with a string among its keys is options, any other is the list of arguments.
local function looks_like_options(value)
    if type(value) ~= "table" then
        return false
    end
    for key in pairs(value) do
        if type(key) == "string" then
            return true
        end
    end
    return false
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
local function read_list(list, name)
    if list == nil then
        return {}
    end
    check.table(list, name)
    local copy = {}
    for i = 1, #list do
        copy[i] = text_of(list[i], ("%s[%d]"):format(name, i))
    end
    return copy
end

--- The two optional arguments behind the first: either may be missing.
local function split(args, opts)
    if opts == nil and looks_like_options(args) then
        args, opts = nil, args
    end
    if opts ~= nil then
        check.table(opts, "options")
    end
    return read_list(args, "args"), opts or {}
end

-- The environment ---------------------------------------------------------------------------------------------

--- Collects the entries of `env` and of the tables it inherits from (by __index), nearest first.
local function collect(env, into)
    local process_env = require("moonherd.process").env
    while type(env) == "table" do
        local entries = rawequal(env, process_env) and core.environ() or env
        for name, value in pairs(entries) do
            if into[name] == nil then
                into[name] = value
            end
        end
        local mt = getmetatable(env)
        env = type(mt) == "table" and not rawequal(env, process_env) and mt.__index or nil
    end
end

--- Any value is fine for a variable, as in Node.
local function env_text(value)
    if type(value) == "number" then
        return inspect.number(value)
    elseif value == core.null then
        return "null"
    end
    return tostring(value)
end

--- { NAME = text }
local function read_env(env)
    if env == nil then
        env = core.environ()
    end
    check.table(env, "options.env")
    local entries = {}
    collect(env, entries)
    local texts = {}
    for name, value in pairs(entries) do
        local key = text_of(name, "options.env")
        texts[key] = check.c_string(env_text(value), ("options.env['%s']"):format(key))
    end
    return texts
end

-- The rest ----------------------------------------------------------------------------------------------------

local function read_id(value, name)
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
local function read_shell(shell)
    if shell == nil or type(shell) == "boolean" then
        return shell and DEFAULT_SHELL or nil
    elseif type(shell) ~= "string" then
        error(errors.arg_type("options.shell", { "boolean", "string" }, shell), 0)
    end
    return check.c_string(shell, "options.shell")
end

local function read_limits(limits)
    if limits == nil then
        return nil
    end
    check.table(limits, "options.ipc")
    local copy = {}
    for _, name in ipairs(channel.LIMITS) do
        copy[name] = limits[name] ~= nil and check.integer(limits[name], "options.ipc." .. name, 0, 2 ^ 30) or nil
    end
    return copy
end

--- What spawn and fork have in common. `file` and `args` are checked.
local function make_plan(file, args, opts)
    check.opt(check.boolean, opts.detached, "options.detached")
    check.opt(check.boolean, opts.windowsHide, "options.windowsHide")
    check.opt(check.boolean, opts.windowsVerbatimArguments, "options.windowsVerbatimArguments")
    check.opt(check.c_string, opts.argv0, "options.argv0")
    check.opt(check.integer, opts.timeout, "options.timeout", 0, MAX_TIMEOUT_MS)
    local kill_signal = opts.killSignal
    if kill_signal ~= nil and (kill_signal == 0 or type(kill_signal) ~= "string" and type(kill_signal) ~= "number") then
        error(errors.arg_type("options.killSignal", { "string", "number" }, kill_signal), 0)
    end
    if opts.serialization ~= nil then
        check.one_of(opts.serialization, "options.serialization", { "json", "advanced" })
    end
    local plan = {
        file = file,
        args = args,
        argv0 = opts.argv0,
        cwd = read_cwd(opts.cwd),
        uid = read_id(opts.uid, "options.uid"),
        gid = read_id(opts.gid, "options.gid"),
        detached = opts.detached or false,
        timeout = opts.timeout,
        kill_signal = kill_signal,
        limits = read_limits(opts.ipc),
        env = read_env(opts.env),
    }
    plan.spawnargs = { opts.argv0 or file }
    for i = 1, #args do
        plan.spawnargs[i + 1] = args[i]
    end
    return plan
end

local function check_file(file, name)
    check.c_string(file, name)
    if file == "" then
        error(errors.arg_value(name, file, "cannot be empty"), 0)
    end
end

---@param file any
---@param args any
---@param opts any
---@return table plan
function M.for_spawn(file, args, opts)
    check_file(file, "file")
    args, opts = split(args, opts)
    local shell = read_shell(opts.shell)
    if shell then
        args = { "-c", table.concat({ file, unpack(args) }, " ") }
        file = shell
    end
    local plan = make_plan(file, args, opts)
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
    check_file(script, "modulePath")
    args, opts = split(args, opts)
    local process = require("moonherd.process")
    check.opt(check.c_string, opts.execPath, "options.execPath")
    check.opt(check.boolean, opts.silent, "options.silent")
    local argv = read_list(opts.execArgv or process.execArgv, "options.execArgv")
    argv[#argv + 1] = script
    for i = 1, #args do
        argv[#argv + 1] = args[i]
    end
    local plan = make_plan(opts.execPath or process.execPath, argv, opts)
    plan.stdio = stdio.read(read_fork_stdio(opts))
    return plan
end

return M
