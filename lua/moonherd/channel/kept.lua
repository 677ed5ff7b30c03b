--- Messages that came before anybody listened for them: kept in order, and so many only.
--
--     local kept = Kept.new()
--     if kept:add(message, fds, bytes) then ... end     -- true: enough, read no further
--     local message, fds = kept:take()

local luggage = require("moonherd.channel.luggage")

-- Beyond any of these the channel is read no further until somebody listens.
local MESSAGES = 1024
local BYTES = 8 * 1024 * 1024
local HANDLES = 32

---@class moonherd.Kept
---@field first integer
---@field last integer
local Kept = {}
Kept.__index = Kept

---@return moonherd.Kept
function Kept.new()
    return setmetatable({ first = 1, last = 0, bytes = 0, handles = 0 }, Kept)
end

---@return boolean
function Kept:empty()
    return self.first > self.last
end

---@param message any
---@param fds integer[]?
---@param bytes integer size it had in the channel
---@return boolean full
function Kept:add(message, fds, bytes)
    self.last = self.last + 1
    self[self.last] = { message = message, fds = fds, bytes = bytes }
    self.bytes = self.bytes + bytes
    self.handles = self.handles + (fds and #fds or 0)
    return self.last - self.first + 1 >= MESSAGES or self.bytes >= BYTES or self.handles >= HANDLES
end

--- The oldest; there must be one.
---@return any message
---@return integer[]? fds
function Kept:take()
    local entry = self[self.first]
    self[self.first] = nil
    self.first = self.first + 1
    self.bytes = self.bytes - entry.bytes
    self.handles = self.handles - (entry.fds and #entry.fds or 0)
    return entry.message, entry.fds
end

--- Throws all away.
function Kept:clear()
    while not self:empty() do
        local _, fds = self:take()
        luggage.discard(fds)
    end
end

return Kept
