--- What all writable streams have in common: net.Socket, http.ServerResponse, http.ClientRequest, process.stdout.
--
--     writable.install(Class)
--     function Class:write(data, encoding, callback)
--         callback = writable.callback(encoding, callback)
--         if self._gathered then
--             return self:_gather(data, callback)
--         end
--
-- Corked, a stream gathers what is written, and writes it as one piece when it is uncorked or ended.
--
-- Fields: writableCorked (how often it was corked), _gathered (list of pieces, while it is corked), _gathered_bytes,
-- _gathered_callbacks.

local check = require("moonherd.check")
local encodings = require("moonherd.encoding")
local errors = require("moonherd.errors")
local tick = require("moonherd.tick")

local M = {}

local Writable = {
    __name = "Writable",
    writableCorked = 0,
    writableObjectMode = false,
    _gathered_bytes = 0,
}

--- The callback of write(data, encoding?, callback?) and of end_, both optional.
---@param encoding any
---@param callback any
---@return function?
function M.callback(encoding, callback)
    if encoding == nil and callback == nil then
        return nil
    elseif callback == nil and check.callable(encoding) then
        return encoding
    end
    encodings.check(encoding)
    return check.opt(check.fn, callback, "callback")
end

--- Keeps what is written from now on together, until uncork was called as often, or end_ once.
function Writable:cork()
    check.object(self, "writable:cork", "write")
    self.writableCorked = self.writableCorked + 1
    self._gathered = self._gathered or {}
end

--- For write, while it is corked.
function Writable:_gather(data, callback)
    local gathered = self._gathered
    gathered[#gathered + 1] = data
    self._gathered_bytes = self._gathered_bytes + #data
    if callback then
        self._gathered_callbacks = self._gathered_callbacks or {}
        table.insert(self._gathered_callbacks, callback)
    end
    if self._gathered_bytes < self.writableHighWaterMark then
        return true
    end
    self.writableNeedDrain = true
    return false
end

local function emit_drain(self)
    if not self.writableNeedDrain and not self.writableEnded and not self.destroyed then
        self:emit("drain")
    end
end

--- Writes what was gathered; for end_ too.
function Writable:_pourOut()
    local gathered, callbacks = self._gathered, self._gathered_callbacks
    self.writableCorked, self._gathered, self._gathered_callbacks, self._gathered_bytes = 0, nil, nil, 0
    if not gathered or not gathered[1] then
        return
    end
    local promised = self.writableNeedDrain
    self.writableNeedDrain = false
    local enough = self:write(table.concat(gathered), callbacks and function(err)
        for _, callback in ipairs(callbacks) do
            tick.add(callback, err)
        end
    end)
    if promised and enough then
        tick.add(emit_drain, self)
    end
end

--- Undoes one cork; after the last one, what was gathered is written.
function Writable:uncork()
    check.object(self, "writable:uncork", "write")
    if self.writableCorked > 1 then
        self.writableCorked = self.writableCorked - 1
    elseif self.writableCorked == 1 then
        self:_pourOut()
    end
end

--- For Node's sake: strings are bytes, and an encoding that would change them is refused.
---@param encoding string
---@return self
function Writable:setDefaultEncoding(encoding)
    check.object(self, "writable:setDefaultEncoding", "write")
    encodings.check(encoding)
    encodings.refuse_unknown(encoding)
    return self
end

--- There is nothing to read from it: "error" says so.
function Writable:pipe()
    check.object(self, "writable:pipe", "write")
    self:emit("error", errors.of("ERR_STREAM_CANNOT_PIPE"))
end

--- Gives a class the methods that it has not.
---@param class table
function M.install(class)
    for name, value in pairs(Writable) do
        if class[name] == nil and name ~= "__name" then
            class[name] = value
        end
    end
end

return M
