--- A server's connections that were sent to other processes: they count, and "close" waits for them. The methods are
--- net.Server's own.
--
-- Fields: _lent (list of moonherd.Lent, one for each process that got some), _awaited (how many of those have not said
-- yet that theirs are closed; nil for none).

local check = require("moonherd.check")
local tick = require("moonherd.tick")

local Elsewhere = {}

local function await(self, lent)
    self._awaited = (self._awaited or 0) + 1
    lent:when_closed(function()
        self._awaited = self._awaited > 1 and self._awaited - 1 or nil
        self:_closeIfDrained()
    end)
end

--- "close" waits for those elsewhere, too.
function Elsewhere:_awaitLent()
    for _, lent in ipairs(self._lent or {}) do
        await(self, lent)
    end
end

--- Connections were sent to another process, which keeps count of them; see moonherd.channel.lent.
function Elsewhere:_lend(lent)
    self._lent = self._lent or {}
    table.insert(self._lent, lent)
    if self._closing then
        await(self, lent)
    end
end

--- That process is gone.
function Elsewhere:_unlend(lent)
    for i, each in ipairs(self._lent) do
        if each == lent then
            table.remove(self._lent, i)
            return
        end
    end
end

--- How many connections there are, those included that were sent to other processes, which are asked. An error, if one
--- of them hangs up first.
---@param callback fun(err: moonherd.Error?, count: integer?)
function Elsewhere:getConnections(callback)
    check.object(self, "server:getConnections", "listening")
    check.fn(callback, "callback")
    local lent = self._lent or {}
    local left, total = #lent, self._connections
    if left == 0 then
        tick.add(callback, nil, total)
    end
    for _, each in ipairs(lent) do
        each:count(function(err, count)
            if left == 0 then
                return -- one of the others has failed
            end
            left = err and 0 or left - 1
            total = total + (count or 0)
            if left == 0 then
                callback(err, not err and total or nil)
            end
        end)
    end
    return self
end

return Elsewhere
