--- The connections of one server that were sent down one channel: the other end keeps count of them, and is asked.
--
--     local lent = Lent.of(ipc, server)
--     lent:count(function(err, count) end)
--     lent:when_closed(function() end)
--
-- Node's words: NODE_SOCKET_GET_COUNT is answered by NODE_SOCKET_COUNT, NODE_SOCKET_NOTIFY_CLOSE by
-- NODE_SOCKET_ALL_CLOSED once the last is closed. What a process that is gone had, is closed.

local errors = require("moonherd.errors")
local tick = require("moonherd.tick")

---@class moonherd.Lent
---@field ipc moonherd.Ipc
---@field server moonherd.Server
---@field key integer by which the two ends call the server
local Lent = {}
Lent.__index = Lent

--- The account of a server with a channel; the server hears of a new one.
---@param ipc moonherd.Ipc
---@param server moonherd.Server
---@return moonherd.Lent
function Lent.of(ipc, server)
    local all = ipc.lent or { by_server = {}, by_key = {}, last = 0 }
    ipc.lent = all
    local lent = all.by_server[server]
    if not lent then
        all.last = all.last + 1
        lent = setmetatable({ ipc = ipc, server = server, key = all.last, asking = {} }, Lent)
        all.by_server[server], all.by_key[lent.key] = lent, lent
        server:_lend(lent)
        if ipc.target._when_over then
            ipc.target:_when_over(function()
                lent:over()
            end)
        end
    end
    return lent
end

--- As ipc:sendInternal.
local function say(self, word)
    return self.ipc:sendInternal({ cmd = word, key = self.key })
end

local function answer(self, err, count)
    local asking = self.asking
    self.asking = {}
    for _, callback in ipairs(asking) do
        tick.add(callback, err, count)
    end
end

--- How many are open at the other end. An error, if that has hung up or cannot be asked.
---@param callback fun(err: moonherd.Error?, count: integer?) never called from inside this call
function Lent:count(callback)
    if not self.ipc.target.connected then
        tick.add(callback, errors.of("ERR_CHILD_CLOSED_BEFORE_REPLY"))
        return
    end
    self.asking[#self.asking + 1] = callback
    if not self.asking[2] then
        local more, words, code = say(self, "NODE_SOCKET_GET_COUNT")
        if more == nil then
            answer(self, errors.new("Error", code, words))
        end
    end
end

--- Calls back when none is open any more at the other end, or nobody is there to tell.
---@param callback fun()
function Lent:when_closed(callback)
    if not (self.ipc.target.connected and say(self, "NODE_SOCKET_NOTIFY_CLOSE") ~= nil) then
        tick.add(callback)
        return
    end
    self.closing = self.closing or {}
    table.insert(self.closing, callback)
end

local function all_closed(self)
    local closing = self.closing
    self.closing = nil
    for _, callback in ipairs(closing or {}) do
        tick.add(callback)
    end
end

--- The other end has answered.
function Lent:on_count(count)
    answer(self, nil, type(count) == "number" and count or 0)
end

--- The other end has none left.
function Lent:on_all_closed()
    all_closed(self)
end

--- The channel has ended: nobody answers any more.
function Lent:on_end()
    answer(self, errors.of("ERR_CHILD_CLOSED_BEFORE_REPLY"))
    all_closed(self)
end

--- The process is gone.
function Lent:over()
    local all = self.ipc.lent
    all.by_server[self.server], all.by_key[self.key] = nil, nil
    self.server:_unlend(self)
    self:on_end()
end

return Lent
