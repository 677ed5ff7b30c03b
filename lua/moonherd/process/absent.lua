--- What Node's `process` has for JavaScript, V8 or native addons: each member raises and says what to use instead.
-- Adds its part to `process`.

local absent = require("moonherd.absent")

local M = {}

local METHODS = {
    assert = "Lua's own assert",
    binding = 'require "ffi"',
    dlopen = "package.loadlib or require",
    getBuiltinModule = "require",
    loadEnvFile = "io.lines, and assign to process.env",
    openStdin = "process.stdin",
    reallyExit = "process.exit",
    setSourceMapsEnabled = "the places in Lua's errors as they are: they are the source's",
}

--- Read like fields.
local FIELDS = {
    allowedNodeEnvironmentFlags = "process.execArgv, which is all there is",
    debugPort = "the debug library: there is no inspector",
    domain = 'process.on("uncaughtException")',
    mainModule = "process.argv[2], the script's path",
    moduleLoadList = "package.loaded",
    sourceMapsEnabled = "the places in Lua's errors as they are: they are the source's",
}

local EVENTS = {
    multipleResolves = "moonherd.async: a coroutine returns once",
    rejectionHandled = 'process.on("uncaughtException"), which hears of errors in coroutines too',
    unhandledRejection = 'process.on("uncaughtException"), which hears of errors in coroutines too',
}

---@param process table with _watch, see moonherd.process.watched
---@param getters table<string, function> of fields that are looked up when read
function M.install(process, getters)
    absent.methods(process, "process", METHODS)
    for name, instead in pairs(FIELDS) do
        getters[name] = function()
            error(absent.error("process." .. name, instead), 0)
        end
    end
    for name, instead in pairs(EVENTS) do
        process._watch(name, function()
            error(absent.error(('the event "%s" of process'):format(name), instead), 0)
        end)
    end
end

return M
