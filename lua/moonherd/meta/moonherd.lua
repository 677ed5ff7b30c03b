---@meta

--- moonherd under a plain luajit: its modules as fields, loaded when they are first asked for, and the loop.
---
---     local moonherd = require "moonherd"
---     moonherd.timers.setTimeout(function() print("hello") end, 100)
---     os.exit(moonherd.run())
---
--- A script that the program runs needs none of this: the modules have their short names there, and the loop runs when
--- the script has ended.
---
--- moonherd only
---@class moonherd
---@field async moonherd.async Waiting, straight down.
---@field child_process moonherd.child_process Child processes.
---@field cluster moonherd.cluster One master, many workers, one address.
---@field console moonherd.console Lines for people.
---@field dgram moonherd.dgram UDP.
---@field dns moonherd.dns Names to addresses.
---@field events moonherd.events Emitters.
---@field http moonherd.http HTTP/1.1 servers and clients.
---@field json moonherd.json JSON.
---@field net moonherd.net TCP and UNIX sockets.
---@field process moonherd.process This process.
---@field timers moonherd.timers Calls that are put off.
local moonherd = {}

--- Turns the loop until nothing is left to do; "beforeExit" and "exit" of `process` are emitted as in the program.
---
--- moonherd only
---@return integer code what the process is to exit with
function moonherd.run() end

--- Sets the globals that a script of the program has (`process`, `setTimeout`, ...), and lets `require` know the short
--- names of the modules. A second time changes nothing.
---
--- moonherd only
function moonherd.install() end

return moonherd
