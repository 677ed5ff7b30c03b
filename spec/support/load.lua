--- Clients that ask again and again, many at a time, and keep count of what became of each request.
--
--     local load = require "spec.support.load"
--     after_each(load.cleanup)
--
--     local clients = load.start(port, { connections = 8, keep_alive = true })
--     clients:answered(100)                    -- waits until so many more requests were answered
--     local result = clients:stop()            -- waits until none is under way
--     --> { answered =, broken =, refused =, hung =, by = { [body] = count }, reasons = { text, ... } }
--
-- broken: the connection ended or broke before the answer was complete. refused: it could not be made. A client whose
-- request failed connects anew. A request without an answer for `seconds` (default 10) is hung. `pause` is the time in
-- seconds that a client waits between an answer and the next request.

local ffi = require("ffi")
local http = require("spec.support.http")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local C = sys.C
local M = {}

local Load = {}
Load.__index = Load

local started = {}

local function note(self, kind, reason)
    self.result[kind] = self.result[kind] + 1
    if reason and #self.result.reasons < 20 then
        self.result.reasons[#self.result.reasons + 1] = kind .. ": " .. reason
    end
end

local function drop(slot)
    if slot.client then
        slot.client:close()
        slot.client = nil
    end
    slot.buffer, slot.asked_at = nil, nil
end

-- Sends the next request; on a new connection if there is none.
local function ask(self, slot)
    if not slot.client then
        local client, reason = http.try_connect(self.port, self.options.host, { seconds = self.seconds })
        if not client then
            note(self, "refused", reason)
            slot.next_at = sys.now() + 0.01
            return
        end
        slot.client = client
    end
    slot.buffer = ""
    slot.asked_at = sys.now()
    local text = self.request
    if C.write(slot.client.fd, text, #text) ~= #text then
        note(self, "broken", "write: " .. sys.reason())
        drop(slot)
    end
end

local function finish(self, slot, head, body)
    self.result.answered = self.result.answered + 1
    self.result.by[body] = (self.result.by[body] or 0) + 1
    if not head:find("^HTTP/1%.1 200") then
        note(self, "wrong", head:match("^[^\r]*"))
    end
    local closes = not self.options.keep_alive or head:lower():find("\r\nconnection: close", 1, true)
    slot.buffer, slot.asked_at = nil, nil
    if closes then
        drop(slot)
    end
    slot.next_at = sys.now() + (self.options.pause or 0)
end

-- Reads what there is of an answer.
local function hear(self, slot)
    local bytes, errno = sys.read(slot.client.fd)
    if not bytes then
        if errno ~= sys.EAGAIN then
            note(self, "broken", ffi.string(C.strerror(errno)))
            drop(slot)
        end
        return
    elseif bytes == "" then
        if slot.buffer then
            note(self, "broken", ("the end after %d bytes"):format(#slot.buffer))
        end
        drop(slot)
        return
    elseif not slot.buffer then
        note(self, "wrong", "bytes that nobody asked for: " .. bytes:sub(1, 100))
        drop(slot)
        return
    end
    slot.buffer = slot.buffer .. bytes
    local head, body = slot.buffer:match("^(.-\r\n\r\n)(.*)$")
    local length = head and tonumber(head:lower():match("\r\ncontent%-length: (%d+)"))
    if head and not length then
        note(self, "wrong", "an answer without length: " .. head)
        drop(slot)
    elseif head and #body >= length then
        finish(self, slot, head, body)
    end
end

local function look_at_clock(self, slot)
    local now = sys.now()
    if slot.asked_at and now - slot.asked_at > self.seconds then
        note(self, "hung", ("no answer for %g s; got %q"):format(self.seconds, slot.buffer))
        drop(slot)
    elseif not slot.asked_at and not self.stopping and now >= (slot.next_at or 0) then
        ask(self, slot)
    end
end

--- One short round: every client takes a step if it can.
function Load:turn()
    local list, slots = {}, {}
    for _, slot in ipairs(self.slots) do
        look_at_clock(self, slot)
        if slot.client then
            list[#list + 1] = { slot.client.fd, sys.POLLIN }
            slots[#slots + 1] = slot
        end
    end
    if sys.poll(list, 0.005) > 0 then
        for _, slot in ipairs(slots) do
            if slot.client then
                hear(self, slot)
            end
        end
    end
end

--- Goes on until the predicate says so.
function Load:until_(predicate, seconds, what)
    local late = wait.deadline(seconds)
    while not predicate() do
        if late() then
            error(("waited %g s for %s; %s"):format(wait.scaled(seconds), what or "it", self:describe()), 2)
        end
        self:turn()
    end
end

--- Goes on until so many more requests were answered.
function Load:answered(count, seconds)
    local goal = self.result.answered + count
    self:until_(function()
        return self.result.answered >= goal
    end, seconds, count .. " answers")
end

function Load:describe()
    local r = self.result
    return ("%d answered, %d broken, %d refused, %d hung, %d wrong\n%s"):format(
        r.answered, r.broken, r.refused, r.hung, r.wrong, table.concat(r.reasons, "\n"))
end

--- Ends when every request under way is answered or lost.
function Load:stop(seconds)
    self.stopping = true
    self:until_(function()
        for _, slot in ipairs(self.slots) do
            if slot.asked_at then
                return false
            end
        end
        return true
    end, seconds or self.seconds + 5, "the requests under way")
    for _, slot in ipairs(self.slots) do
        drop(slot)
    end
    return self.result
end

function M.start(port, options)
    options = options or {}
    local self = setmetatable({
        port = port,
        options = options,
        seconds = wait.scaled(options.seconds or 10),
        slots = {},
        request = ("GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"):format(
            options.path or "/", options.keep_alive and "" or "Connection: close\r\n"),
        result = { answered = 0, broken = 0, refused = 0, hung = 0, wrong = 0, by = {}, reasons = {} },
    }, Load)
    for i = 1, options.connections or 4 do
        self.slots[i] = {}
    end
    started[#started + 1] = self
    return self
end

--- For after_each.
function M.cleanup()
    for i, self in ipairs(started) do
        for _, slot in ipairs(self.slots) do
            drop(slot)
        end
        started[i] = nil
    end
end

return M
