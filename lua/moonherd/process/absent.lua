--- What Node's `process` has for JavaScript, V8 or native addons: each member raises and says what to use instead.
-- Adds its part to `process`.

local absent = require("moonherd.absent")

local M = {}

local MEMBERS = {
    allowedNodeEnvironmentFlags = "process.execArgv, which is all there is",
    assert = "Lua's own assert",
    binding = 'require "ffi"',
    debugPort = "the debug library: there is no inspector",
    dlopen = "package.loadlib or require",
    domain = 'process.on("uncaughtException")',
    getBuiltinModule = "require",
    loadEnvFile = "io.lines, and assign to process.env",
    mainModule = "process.argv[2], the script's path",
    moduleLoadList = "package.loaded",
    openStdin = "process.stdin",
    reallyExit = "process.exit",
    setSourceMapsEnabled = "the places in Lua's errors as they are: they are the source's",
    sourceMapsEnabled = "the places in Lua's errors as they are: they are the source's",
}

local EVENTS = {
    multipleResolves = "moonherd.async: a coroutine returns once",
    rejectionHandled = 'process.on("uncaughtException"), which hears of the errors of tasks too',
    unhandledRejection = 'process.on("uncaughtException"), which hears of the errors of tasks too',
}

---@param process table with _watch, see moonherd.process.watched
---@param getters table<string, function> of fields that are looked up when read
function M.install(process, getters)
    for name, instead in pairs(MEMBERS) do
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
