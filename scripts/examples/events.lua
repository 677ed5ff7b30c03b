-- events.lua - a class of your own that tells what happens to it: a countdown.
--
--     scripts/run scripts/examples/events.lua           FROM (5) and STEP (ms, 300) change it
--
-- What to look at: events.mixin makes any class an emitter; who listens is none of its business; an "error" that
-- nobody listens for ends the program, as an error should.

local events = require "events"

local Countdown = events.mixin({ __name = "Countdown" })

local function new_countdown(from, step)
    local self = setmetatable({ left = from }, Countdown)
    if from < 1 then
        process.nextTick(function() -- not before anybody can listen
            self:emit("error", ("cannot count down from %s"):format(from))
        end)
        return self
    end
    self.timer = setInterval(function()
        self:emit("tick", self.left)
        self.left = self.left - 1
        if self.left == 0 then
            self:stop("done")
        end
    end, step)
    return self
end

function Countdown:stop(event)
    clearInterval(self.timer)
    self:emit(event or "stopped", self.left)
end

local countdown = new_countdown(tonumber(process.env.FROM) or 5, tonumber(process.env.STEP) or 300)

countdown:once("tick", function() console.log("here we go") end)
countdown:on("tick", function(left) console.log("%d...", left) end)
countdown:on("done", function() console.log("lift-off") end)
countdown:on("error", function(message)
    console.error("no countdown: %s", message)
    process.exitCode = 1
end)
process.once("SIGINT", function()
    countdown:on("stopped", function(left) console.log("stopped with %d to go", left) end)
    countdown:stop()
end)
