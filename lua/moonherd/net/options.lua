--- The options that servers and sockets have in common.
--
--     options.check({ noDelay = true })               -- raises for what is wrong, and for what is not here
--
-- Those that name a place (port, host, path) are checked where they are read, see args.lua and connect.lua.

local abort = require("moonherd.abort")
local absent = require("moonherd.absent")
local args = require("moonherd.net.args")
local check = require("moonherd.check")

local M = {}

local SWITCHES = { "allowHalfOpen", "pauseOnConnect", "noDelay", "keepAlive", "readable", "writable", "pauseOnCreate",
    "shared" }

local IN_TURN = "net.connect as it is, which tries the addresses of a name one after the other"
local ABSENT = {
    autoSelectFamily = IN_TURN,
    autoSelectFamilyAttemptTimeout = IN_TURN,
    blockList = "socket.remoteAddress and socket:destroy() in a listener",
    lookup = "dns.lookup first, and its address as options.host",
    onread = 'a listener of "data"',
}

--- Raises for options that are wrong; those of servers and of sockets alike.
---@param options table
function M.check(options)
    for name, instead in pairs(ABSENT) do
        if options[name] ~= nil then
            error(absent.error("options." .. name, instead), 0)
        end
    end
    for _, name in ipairs(SWITCHES) do
        check.opt(check.boolean, options[name], "options." .. name)
    end
    check.opt(abort.check_signal, options.signal, "options.signal")
    check.opt(args.check_hints, options.hints)
    check.opt(check.integer, options.highWaterMark, "options.highWaterMark", 0)
    check.opt(check.integer, options.maxQueueBytes, "options.maxQueueBytes", 0)
    args.keep_alive(options.keepAliveInitialDelay, "options.keepAliveInitialDelay")
end

return M
