--- Says what the benchmark is doing, on stderr: one line that changes on a terminal, elsewhere a line for each step.
--
--     local progress = require("spec.bench.progress").new(180)        -- seconds that all steps take, about
--     progress:step("round 2 of 5, IPC round trip: Node", 1.5)        -- what comes now, and its seconds
--     progress:clear()                                                -- the line makes room for other output

local ffi = require("ffi")
local sys = require("spec.support.sys")

ffi.cdef "int isatty(int fd);"

local STDERR = 2

local Progress = {}
Progress.__index = Progress

function Progress.new(total_seconds)
    return setmetatable({
        total = total_seconds,
        done = 0, -- seconds of steps that are over, as they were announced
        started = sys.now(),
        terminal = ffi.C.isatty(STDERR) == 1,
    }, Progress)
end

local function clock(seconds)
    return ("%d:%02d"):format(math.floor(seconds / 60), math.floor(seconds % 60))
end

function Progress:step(what, seconds)
    local passed = sys.now() - self.started
    -- Announced seconds and real ones differ by a factor that what is over tells.
    local pace = self.done > 0 and passed / self.done or 1
    local text = ("%s, about %s left: %s"):format(clock(passed), clock((self.total - self.done) * pace), what)
    io.stderr:write(self.terminal and "\r\27[K" .. text or text .. "\n")
    io.stderr:flush()
    self.done = self.done + seconds
end

function Progress:clear()
    if self.terminal then
        io.stderr:write("\r\27[K")
    end
end

return Progress
