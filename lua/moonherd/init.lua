--- moonherd under a plain luajit: its modules as fields, and the loop.
--
--     local moonherd = require "moonherd"
--     moonherd.timers.setTimeout(function() print("hello") end, 100)
--     os.exit(moonherd.run())
--
-- What a script forks runs under luajit too, unless execPath names the program, whose workers can also be held to a
-- memory limit inside a loop, and never outlive their master.
--
-- In a program run by moonherd itself none of this is needed: the modules have short names there, and the loop runs
-- when the script has ended.

local core = require("moonherd.core")
local globals = require("moonherd.globals")

local M = {
    --- What a script run by the program finds: globals, and short names for `require`.
    install = globals.install,
}

--- Turns the loop until nothing is left to do, telling process of its end ("beforeExit", "exit").
---@return integer code what the process should exit with
function M.run()
    require("moonherd.process") -- whose events these are; it also hears of errors in callbacks
    local exit = require("moonherd.process.exit")
    repeat
        core.run()
        exit.handle("on_before_exit")
    until not core.run(0)
    return exit.handle("on_exit") or 0
end

-- A plain luajit that was forked has a channel to its parent, as the program has.
if core.getenv("MOONHERD_CHANNEL_FD") then
    require("moonherd.channel").adopt(require("moonherd.process"))
end

-- Loaded when first asked for, as few need all.
return setmetatable(M, {
    __index = function(self, name)
        if globals.short_names[name] then
            local module = require("moonherd." .. name)
            rawset(self, name, module)
            return module
        end
    end,
})
