---@meta

--- JSON: texts of values, and values of texts.
---
---     local json = require "json"
---     json.encode({ name = "Ann", tags = json.array({}), age = 41 })   --> {"name":"Ann","tags":[],"age":41}
---     json.decode('{"a":[1,2,null]}').a[3] == json.null                --> true
---
--- A table whose keys are 1..n is a list, any other an object. An empty table is an object, unless `json.array` marks
--- it; `decode` marks the empty lists that it makes. Whole numbers are written without a fraction, NaN and the
--- infinities as null, 64-bit integers of the FFI in full. Functions are left out of objects and are null in lists, as
--- in Node. Strings have to be UTF-8.
---
--- moonherd only
---@class moonherd.json
---@field null lightuserdata What null reads as, and what is written as null. True in a condition.
local json = {}

--- How `json.encode` writes.
---@class moonherd.json.EncodeOptions
---@field indent integer? Spaces per level, for a text over several lines (0..10, default 0: one line).
---@field sort boolean? Whether an object's keys stand in order (default false).
---@field depth integer? The deepest nesting that is allowed (1..1000, default 1000).

--- How `json.decode` reads.
---@class moonherd.json.DecodeOptions
---@field int64 boolean? Whether whole numbers beyond 2^53 are read as int64_t (default false: as numbers, rounded).
---@field depth integer? The deepest nesting that is allowed (1..1000, default 1000).

--- The JSON text of a value.
---
--- Raises: ERR_JSON_ENCODE, naming the place, for what JSON has no form for: functions at the top, userdata, threads,
--- tables inside themselves or nested deeper than `depth`, strings that are no UTF-8.
---
--- moonherd only
---@param value any nil is written as null
---@param options moonherd.json.EncodeOptions?
---@return string text
function json.encode(value, options) end

--- The value of a JSON text.
---
--- Raises: ERR_JSON_DECODE, a SyntaxError with `line`, `column` and `position` (bytes read), for what is no JSON.
---
--- moonherd only
---@param text string
---@param options moonherd.json.DecodeOptions?
---@return any value null is `json.null`
function json.decode(text, options) end

--- Marks a table as a list, which matters when it is empty.
---
--- moonherd only
---@param list table? a new one unless given
---@return table list the same table
function json.array(list) end

--- `encode`, by JavaScript's name and with its arguments.
---
--- Raises: what `encode` does.
---
--- moonherd only
---@param value any
---@param replacer lightuserdata? there is none: nil or `json.null`, for the sake of the argument behind it
---@param indent integer? spaces per level (0..10, default 0: one line)
---@return string text
function json.stringify(value, replacer, indent) end

--- `decode`, by JavaScript's name.
---
--- moonherd only
json.parse = json.decode

return json
