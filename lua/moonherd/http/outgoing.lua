--- The headers of a message that is being made: set, asked for, removed, and written out as a list for C.
--
--     outgoing.mixin(Response)
--     res:setHeader("Content-Type", "text/plain")
--     outgoing.flat(res)                              -- { "Content-Type", "text/plain" }, or nil without any

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local headers = require("moonherd.http.headers")
local tick = require("moonherd.tick")

local type = type
local to_key = headers.key

local M = {}
local Outgoing = {}

-- _keys[i] is the lower case of a name, _list[2 * i - 1] the name, _list[2 * i] its text or list of texts;
-- _raw[key] what was given, where that was no text.

--- Raises ERR_HTTP_HEADERS_SENT.
function M.cannot(what)
    error(errors.of("ERR_HTTP_HEADERS_SENT", what), 0)
end

local function find(self, key)
    local keys = self._keys
    if keys then
        for i = 1, #keys do
            if keys[i] == key then
                return i
            end
        end
    end
    return nil
end

--- What was given for the i-th header.
local function given(self, i)
    local raw = self._raw and self._raw[self._keys[i]]
    if raw == nil then
        raw = self._list[2 * i]
    end
    return raw
end

local function set(self, name, value)
    local key = to_key(name)
    local text
    if type(value) == "table" then
        text = headers.values(name, value)
        self._lists = true
    else
        text = headers.value(name, value)
    end
    if text ~= value or self._raw then
        self._raw = self._raw or {}
        self._raw[key] = nil
        if text ~= value then
            self._raw[key] = value
        end
    end
    local keys = self._keys
    if not keys then
        self._keys = { key, nil, nil, nil } -- room for the usual few
        self._list = { name, text, nil, nil, nil, nil, nil, nil }
        return
    end
    local i = find(self, key) or #keys + 1
    keys[i] = key
    self._list[2 * i - 1] = name
    self._list[2 * i] = text
end

--- Sets a header; a list as value makes it a repeated one. The case of the name is kept.
---@param name string
---@param value string|number|boolean|table
---@return self
function Outgoing:setHeader(name, value)
    -- Called often: it looks closer only where something is wrong.
    if value == nil or type(self) ~= "table" or self.headersSent ~= false then
        check.object(self, "res:setHeader", "setHeader")
        if self.headersSent then
            M.cannot("set")
        end
    end
    set(self, name, value)
    return self
end

--- Sets all headers of a table, whose keys are names.
---@param headers_ table<string, any>
---@return self
function Outgoing:setHeaders(headers_)
    check.object(self, "res:setHeaders", "setHeader")
    if self.headersSent then
        M.cannot("set")
    end
    for name, value in pairs(check.table(headers_, "headers")) do
        set(self, name, value)
    end
    return self
end

--- Adds a value to a header that may be set already.
---@param name string
---@param value string|number|table
---@return self
function Outgoing:appendHeader(name, value)
    check.object(self, "res:appendHeader", "setHeader")
    if self.headersSent then
        M.cannot("append")
    end
    local i = find(self, to_key(name))
    if not i then
        set(self, name, value)
        return self
    end
    local had, more = self._list[2 * i], headers.values(name, value)
    local list = {}
    for _, part in ipairs({ had, more }) do
        for _, text in ipairs(type(part) == "table" and part or { part }) do
            list[#list + 1] = text
        end
    end
    self._list[2 * i] = list
    self._lists = true
    if self._raw then
        self._raw[self._keys[i]] = nil
    end
    return self
end

--- The value as it was given.
---@param name string in any case
---@return any
function Outgoing:getHeader(name)
    check.object(self, "res:getHeader", "setHeader")
    local i = find(self, check.string(name, "name"):lower())
    return i and given(self, i)
end

---@param name string
---@return boolean
function Outgoing:hasHeader(name)
    check.object(self, "res:hasHeader", "setHeader")
    return find(self, check.string(name, "name"):lower()) ~= nil
end

---@return table<string, any> names in lower case
function Outgoing:getHeaders()
    check.object(self, "res:getHeaders", "setHeader")
    local map = {}
    for i, key in ipairs(self._keys or map) do
        map[key] = given(self, i)
    end
    return map
end

---@return string[] in lower case, in the order in which they were set
function Outgoing:getHeaderNames()
    check.object(self, "res:getHeaderNames", "setHeader")
    local names = {}
    for i, key in ipairs(self._keys or names) do
        names[i] = key
    end
    return names
end

---@return string[] in the case in which they were set
function Outgoing:getRawHeaderNames()
    check.object(self, "res:getRawHeaderNames", "setHeader")
    local names = {}
    for i = 1, #(self._keys or names) do
        names[i] = self._list[2 * i - 1]
    end
    return names
end

---@param name string
function Outgoing:removeHeader(name)
    check.object(self, "res:removeHeader", "setHeader")
    if self.headersSent then
        M.cannot("remove")
    end
    local key = check.string(name, "name"):lower()
    local i = find(self, key)
    if key == "date" and not i then
        self.sendDate = false
    end
    if i then
        table.remove(self._keys, i)
        table.remove(self._list, 2 * i)
        table.remove(self._list, 2 * i - 1)
    end
end

--- Adds a header to a list of names and values; a list of texts is a repeated one, unless it may be sent only once.
local function add_to(out, name, value, once)
    if type(value) ~= "table" then
        value = { value }
    elseif #value > 1 and once then
        value = { table.concat(value, "; ") }
    end
    for _, text in ipairs(value) do
        out[#out + 1] = name
        out[#out + 1] = text
    end
end

--- What the option uniqueHeaders names: in lower case, as a set; nil for none. Raises for what is no list of names.
---@param list any
---@return table<string, true>?
function M.unique(list)
    if list == nil then
        return nil
    end
    local set_of = {}
    for i, name in ipairs(check.table(list, "options.uniqueHeaders")) do
        set_of[check.string(name, ("options.uniqueHeaders[%d]"):format(i)):lower()] = true
    end
    return set_of
end

--- Names and values in one list, for C: repeated headers written out. Cookies, and what uniqueHeaders names, are one.
function M.flat(self)
    local list = self._list
    if not self._lists then
        return list
    end
    local out, unique = {}, self._unique or {}
    for i, key in ipairs(self._keys) do
        add_to(out, list[2 * i - 1], list[2 * i], key == "cookie" or unique[key])
    end
    return out
end

--- Fields behind a chunked body, in place of those that were given before. A list as value makes it a repeated one.
---@param headers_ table<string, string|string[]>
function Outgoing:addTrailers(headers_)
    check.object(self, "res:addTrailers", "setHeader")
    local list, unique = {}, self._unique or {}
    for name, value in pairs(check.table(headers_, "headers")) do
        add_to(list, name, headers.values(name, value), unique[to_key(name)])
    end
    self._trailers = list
end

--- Sets headers from a list { name, value, ... }: it replaces what was set before, and may repeat names.
local function set_list(self, list)
    if #list % 2 ~= 0 then
        error(errors.arg_value("headers", list), 0)
    end
    for i = 1, #list, 2 do
        to_key(list[i])
        self:removeHeader(list[i])
    end
    for i = 1, #list, 2 do
        self:appendHeader(list[i], list[i + 1])
    end
end

--- Sets all headers of a table by name, or of a list { name, value, name, value, ... }.
function M.set_all(self, map)
    check.table(map, "headers")
    if #map > 0 then
        set_list(self, map)
        return
    end
    for name, value in pairs(map) do
        set(self, name, value)
    end
end

--- Raises for what can be no piece of a body.
---@param data any
function M.check_data(data)
    if data == nil then
        error(errors.of("ERR_STREAM_NULL_VALUES"), 0)
    elseif type(data) ~= "string" then
        error(errors.arg_type("chunk", "string", data), 0)
    end
end

--- A write that cannot be: its callback hears of it, and "error" tells of it.
function M.fail_later(self, err, callback)
    if callback then
        tick.add(callback, err)
    end
    tick.add(self.emit, self, "error", err)
end

--- What end_ does behind the first one: data comes too late, a callback is told when it was finished.
function M.end_again(self, data, callback)
    if data ~= nil then
        M.fail_later(self, errors.of("ERR_STREAM_WRITE_AFTER_END"), callback)
    elseif callback and self.writableFinished then
        callback(errors.of("ERR_STREAM_ALREADY_FINISHED", "end"))
    elseif callback then
        self:once("finish", callback)
    end
end

--- Gives a class the methods.
function M.mixin(class)
    for name, method in pairs(Outgoing) do
        class[name] = method
    end
end

return M
