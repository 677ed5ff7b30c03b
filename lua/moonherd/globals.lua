--- What a script run by moonherd finds without requiring anything, and the short names of modules.
--
--     require("moonherd.globals").install()      -- for those who want the same under a plain luajit
--     local cluster = require "cluster"          -- is moonherd.cluster, as is "node:cluster"
--
-- Globals: process, console, setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate,
-- AbortController, AbortSignal, JSON.

local M = {
    --- The modules that a user requires, each by this name.
    short_names = {
        async = true, child_process = true, cluster = true, console = true, dgram = true, dns = true, events = true,
        http = true, json = true, net = true, process = true, timers = true,
    },
}

local TIMER_NAMES = {
    "setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate",
}

local TLS = "http or net behind a proxy that speaks TLS to the clients"

--- Modules of Node's that are not here, and what to use instead.
local ABSENT = {
    ["dns/promises"] = 'dns.lookup by async.call of require "async"',
    ["timers/promises"] = 'async.sleep of require "async"',
    http2 = TLS,
    https = TLS,
    tls = TLS,
}

--- A loader for package.loaders: the short name of one of our modules leads to it, if there is such a module.
local function search_short_name(name)
    local short = name:gsub("^node:", "")
    if ABSENT[short] then
        return function()
            error(require("moonherd.absent").error(('the module "%s"'):format(short), ABSENT[short]), 0)
        end
    elseif not M.short_names[short] then
        return nil
    end
    local full = "moonherd." .. short
    for _, search in ipairs(package.loaders) do
        if search ~= search_short_name and type(search(full)) == "function" then
            return function()
                return require(full)
            end
        end
    end
    return "\n\tno module '" .. full .. "'"
end

--- The globals, by name.
---@return table<string, any>
function M.values()
    local abort = require("moonherd.abort")
    local values = {
        AbortController = abort.AbortController,
        AbortSignal = abort.AbortSignal,
        JSON = require("moonherd.json"),
        console = require("moonherd.console"),
        process = require("moonherd.process"),
    }
    local timers = require("moonherd.timers")
    for _, name in ipairs(TIMER_NAMES) do
        values[name] = timers[name]
    end
    return values
end

--- Sets the globals and lets `require` know the short names. A second time changes nothing.
function M.install()
    for name, value in pairs(M.values()) do
        rawset(_G, name, value)
    end
    for _, search in ipairs(package.loaders) do
        if search == search_short_name then
            return
        end
    end
    -- Behind package.preload, before files: a file events.lua beside the script does not hide ours, as in Node.
    table.insert(package.loaders, 2, search_short_name)
end

return M
