--- process.stdout and process.stderr: writable, and written to at once: what write was given is with the reader, or
-- in the kernel's hands, when it returns, so that nothing is lost when the process ends. A reader that is slow makes
-- us wait. Adds its part to `process`.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local tick = require("moonherd.tick")

local M = {}

---@class moonherd.Stdio: moonherd.EventEmitter
---@field fd integer
---@field isTTY boolean? true for a terminal, else nil
---@field writable boolean
local Stdio = events.mixin({ __name = "WriteStream" })

local function report_failure(self, err)
    self:emit("error", err)
end

--- Writes all of `data`; `callback(err)` is called afterwards. A failure is an "error" event as well, which raises
--- where nobody listens for it.
---@param data string
---@param callback function?
---@return boolean ok true: it may be written to again
function Stdio:write(data, callback)
    check.string(data, "chunk")
    check.opt(check.fn, callback, "callback")
    if self.fd == 1 then
        io.stdout:flush() -- what print and io.write left there came first
    end
    local ok, _, code, errno = core.write(self.fd, data)
    local err = not ok and errors.system(code, errno, "write") or nil
    if callback then
        tick.add(callback, err)
    end
    if err then
        tick.add(report_failure, self, err)
    end
    return ok == true
end

local function new(fd)
    return setmetatable({ fd = fd, isTTY = core.isatty(fd) or nil, writable = true }, Stdio)
end

---@param process table
function M.install(process)
    process.stdout = new(1)
    process.stderr = new(2)
end

return M
