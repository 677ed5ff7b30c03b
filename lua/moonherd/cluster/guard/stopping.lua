--- How the guard ends the herd at a signal. Its methods are the guard's own.

local process = require("moonherd.process")
local timers = require("moonherd.timers")

local LAST_MS = 1000 -- from the kill of who did not drain to the master's own end, at the latest

local Stopping = {}

function Stopping:_kill_all()
    for _, worker in pairs(self.herd.alive) do
        if not worker:isDead() then
            worker.process:kill("SIGKILL")
        end
    end
end

--- First signal: drain, then kill who is not done after the grace time, and exit 0. A second one ends it all at once.
function Stopping:_stop(signal, number)
    if self.stopping then
        self:_kill_all()
        process.exit(128 + number)
        return
    end
    self.stopping = true
    timers.clearInterval(self.looking)
    timers.clearTimeout(self.breaker_timer)
    self.herd.shares:set_keep(false)
    self.herd.cluster.emit("stop", signal)
    timers.setTimeout(function()
        self:_kill_all()
        -- Who is dead may still have left a child that holds its channel: not ours to wait for.
        timers.setTimeout(process.exit, LAST_MS, 0)
    end, self.options.stop.grace)
    self.herd.cluster.disconnect(function()
        process.nextTick(process.exit, 0) -- after everybody has heard of the last one's exit
    end)
end

return Stopping
