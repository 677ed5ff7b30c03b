--- Runs what the program was asked to run. The engine calls it with what main.c read from the command line:
--
--     require "moonherd.boot"("file", "app.lua")        -- or ("code", "print(1)"), ("stdin", "-")
--
-- A script gets its arguments as `...`, in `process.argv` as Node has them, and in the global `arg` as Lua has them:
-- arg[0] the script, arg[1] and on its arguments, arg[-1] the program. Its own folder is the first place where
-- `require` looks for files, wherever it was started from. Only source text is run: LuaJIT does not check bytecode,
-- so that a broken file of it can do anything.

local core = require("moonherd.core")
local globals = require("moonherd.globals")
local info = require("moonherd.process.info")
local process = require("moonherd.process")
local report = require("moonherd.process.report")

local function give_up(...)
    report.line((...):format(select(2, ...)))
    process.exit(1)
end

-- Reading -----------------------------------------------------------------------------------------------------

--- Why a text cannot be a script, or nil.
local function not_a_script(text)
    if text:sub(1, 3) == "\27LJ" or text:sub(1, 4) == "\27Lua" then
        return "is compiled Lua; moonherd runs source text only"
    elseif text:sub(1, 1024):find("\0", 1, true) then
        return "is a binary file, not a Lua script"
    end
    return nil
end

local function read_file(path)
    local file, reason = io.open(path, "rb")
    local text
    if file then
        text, reason = file:read("*a")
        file:close()
    end
    if not text then
        -- io.open puts the path in front, which our own words have already.
        reason = tostring(reason):gsub("^.-: ", "")
        give_up("cannot open '%s': %s", path, reason)
    end
    return text
end

--- Compiles a text; a first line with #! counts, but is not read.
local function compile(text, chunk_name, what)
    local fault = not_a_script(text)
    if fault then
        give_up("'%s' %s", what, fault)
    end
    text = text:gsub("^\239\187\191", ""):gsub("^#[^\n]*", "")
    local chunk, message = loadstring(text, chunk_name)
    if not chunk then
        give_up("%s", message)
    end
    return chunk
end

-- Setting up --------------------------------------------------------------------------------------------------

local function set_package_path(path)
    local folder = path:match("^(.*)/[^/]*$")
    if folder == "" then
        folder = "/"
    end
    package.path = ("%s/?.lua;%s/?/init.lua;%s"):format(folder, folder, package.path)
end

local function set_arg(script, first)
    local arg = { [-1] = process.argv0, [0] = script }
    for i = first, #process.argv do
        arg[#arg + 1] = process.argv[i]
    end
    rawset(_G, "arg", arg)
    return arg
end

--- A process that was forked has a channel to its parent, and a worker a cluster, before its script runs.
local function adopt_channel()
    local fd = core.getenv("MOONHERD_CHANNEL_FD")
    if fd then
        require("moonherd.channel").adopt(process, tonumber(fd))
    end
    if core.getenv("NODE_UNIQUE_ID") then
        require("moonherd.cluster")
    end
end

-- Running -----------------------------------------------------------------------------------------------------

local LOADERS = {}

function LOADERS.file(path)
    local text = read_file(path)
    local chunk = compile(text, "@" .. path, path)
    process.argv[2] = info.absolute(path)
    set_package_path(process.argv[2])
    return chunk, set_arg(path, 3)
end

function LOADERS.code(code)
    return compile(code, "=(command line)", "the code of -e"), set_arg(process.argv0, 2)
end

function LOADERS.stdin()
    local chunk = compile(io.stdin:read("*a") or "", "=stdin", "the script on stdin")
    return chunk, set_arg("-", 3)
end

return function(kind, what)
    globals.install()
    adopt_channel()
    local chunk, arg = LOADERS[kind](what)
    return chunk(unpack(arg))
end
