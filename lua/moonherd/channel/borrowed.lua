--- The connections that came down a channel from one server of the other end: counted, which that end can ask for.
--
--     local borrowed = Borrowed.of(ipc, key)
--     borrowed:add()                      -- one more has come
--     borrowed:_connectionClosed()        -- as a net.Server's, and called by what counts itself there
--
-- The other side of moonherd.channel.lent, which has the words.

---@class moonherd.Borrowed
---@field ipc moonherd.Ipc
---@field key integer
---@field open integer
---@field notify boolean? the other end waits for the last to close
local Borrowed = {}
Borrowed.__index = Borrowed

--- The account of a server of the other end. There is one for as long as connections of it are open.
---@param ipc moonherd.Ipc
---@param key integer
---@return moonherd.Borrowed
function Borrowed.of(ipc, key)
    local all = ipc.borrowed or {}
    ipc.borrowed = all
    all[key] = all[key] or setmetatable({ ipc = ipc, key = key, open = 0 }, Borrowed)
    return all[key]
end

local function say(ipc, word, key, count)
    if ipc.target.connected then
        ipc:sendInternal({ cmd = word, key = key, count = count })
    end
end

function Borrowed:add()
    self.open = self.open + 1
end

function Borrowed:_connectionClosed()
    self.open = self.open - 1
    if self.open == 0 then
        self.ipc.borrowed[self.key] = nil
        if self.notify then
            say(self.ipc, "NODE_SOCKET_ALL_CLOSED", self.key)
        end
    end
end

--- The other end asks how many are open.
function Borrowed.on_get_count(ipc, key)
    local account = ipc.borrowed and ipc.borrowed[key]
    say(ipc, "NODE_SOCKET_COUNT", key, account and account.open or 0)
end

--- The other end wants to hear when none is.
function Borrowed.on_notify_close(ipc, key)
    local account = ipc.borrowed and ipc.borrowed[key]
    if account then
        account.notify = true
    else
        say(ipc, "NODE_SOCKET_ALL_CLOSED", key)
    end
end

return Borrowed
