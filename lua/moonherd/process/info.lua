--- What the process knows of itself: clocks, folders, arguments, versions. Adds its part to `process`.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local ffi = require("ffi")

local M = {}

local NANOS = 1000000000ULL
local MAX_UINT32 = 2 ^ 32 - 1

local start_seconds, start_nanos = core.hrtime()

-- Clocks ------------------------------------------------------------------------------------------------------

--- Seconds since the program started, with a fraction.
---@return number
local function uptime()
    local seconds, nanos = core.hrtime()
    return seconds - start_seconds + (nanos - start_nanos) / 1e9
end

--- { seconds, nanoseconds } of a clock that never goes back; with an earlier result, what went by since.
---@param time integer[]?
---@return integer[]
local function hrtime(_, time)
    local seconds, nanos = core.hrtime()
    if time ~= nil then
        check.table(time, "time")
        if #time ~= 2 then
            error(errors.out_of_range("time", "2", #time), 0)
        end
        seconds = seconds - check.number(time[1], "time[1]")
        nanos = nanos - check.number(time[2], "time[2]")
        if nanos < 0 then
            seconds, nanos = seconds - 1, nanos + 1e9
        end
    end
    return { seconds, nanos }
end

--- The same in one number of nanoseconds, a uint64_t.
local function bigint()
    local seconds, nanos = core.hrtime()
    return ffi.cast("uint64_t", seconds) * NANOS + ffi.cast("uint64_t", nanos)
end

-- Folders -----------------------------------------------------------------------------------------------------

--- The working directory, absolute.
---@return string
local function cwd()
    local path, reason, code, errno = core.cwd()
    if not path then
        local message = ("%s: %s, uv_cwd"):format(code, errors.words(code) or reason)
        error(errors.new("Error", code, message, { errno = errno, syscall = "uv_cwd" }), 0)
    end
    return path
end

--- Changes the working directory.
---@param directory string
local function chdir(_, directory)
    check.c_string(directory, "directory")
    local from = core.cwd()
    local ok, reason, code, errno = core.chdir(directory)
    if not ok then
        local words = errors.words(code) or reason
        local message = ("%s: %s, chdir '%s' -> '%s'"):format(code, words, from or "?", directory)
        local fields = { errno = errno, syscall = "chdir", path = from, dest = directory }
        error(errors.new("Error", code, message, fields), 0)
    end
end

-- Files -------------------------------------------------------------------------------------------------------

--- The file mode creation mask; with a new one, sets that, and returns the one before.
---@param mask (integer|string)? a string is octal: "022"
---@return integer
local function umask(_, mask)
    if mask == nil then
        return core.umask()
    end
    local number = mask
    if type(mask) == "string" then
        if not mask:find("^[0-7]+$") then
            error(errors.arg_value("mask", mask, "must be a 32-bit unsigned integer or an octal string"), 0)
        end
        number = 0
        for digit in mask:gmatch(".") do
            number = number * 8 + digit -- tonumber(mask, 8) wraps around
        end
    end
    return core.umask(check.integer(number, "mask", 0, MAX_UINT32))
end

-- Installing --------------------------------------------------------------------------------------------------

--- The path from the root on, without "." and "..", whatever is really there.
local function absolute(path)
    if path:sub(1, 1) ~= "/" then
        local here = core.cwd()
        if not here then
            return path
        end
        path = here .. "/" .. path
    end
    local parts = {}
    for part in path:gmatch("[^/]+") do
        if part == ".." then
            parts[#parts] = nil
        elseif part ~= "." then
            parts[#parts + 1] = part
        end
    end
    return "/" .. table.concat(parts, "/")
end

local function install_arguments(process)
    local given = core.argv()
    process.execPath = core.execPath() or given[1] or "luajit"
    process.argv0 = given[1] or process.execPath
    process.execArgv = {}
    process.argv = { process.execPath }
    for i = 2, #given do
        process.argv[i] = given[i]
    end
    -- Under a plain luajit the engine knows no arguments; Lua's own table does.
    local arg = rawget(_G, "arg")
    if #given == 0 and type(arg) == "table" and arg[0] then
        process.argv[2] = absolute(arg[0])
        for i = 1, #arg do
            process.argv[i + 2] = arg[i]
        end
    end
end

local function install_versions(process)
    process.versions = core.versions()
    -- The library that runs counts, not the header we were built with.
    process.versions.luajit = jit.version:match("^LuaJIT (.*)") or jit.version
    process.version = "v" .. process.versions.moonherd
    process.platform = jit.os:lower()
    process.arch = jit.arch
    process.config = { target_defaults = {}, variables = core.config() }
    process.release = { name = "moonherd" }
    process.features = {
        cached_builtins = true, debug = process.config.variables.assertions, inspector = false, ipv6 = true,
        require_module = false, tls = false, tls_alpn = false, tls_ocsp = false, tls_sni = false, uv = true,
    }
end

--- A callable table: process.hrtime() and process.hrtime.bigint(), with dot or colon.
local function callable_hrtime(process)
    local method = hrtime
    return setmetatable({ bigint = bigint }, {
        __call = function(_, ...)
            if rawequal((...), process) then
                return method(...)
            end
            return method(process, ...)
        end,
    })
end

---@param process table
---@param method fun(name: string, fn: function)
function M.install(process, method)
    process.pid = core.pid()
    install_arguments(process)
    install_versions(process)
    method("uptime", uptime)
    method("cwd", cwd)
    method("chdir", chdir)
    method("umask", umask)
    process.hrtime = callable_hrtime(process)
end

M.absolute = absolute

return M
