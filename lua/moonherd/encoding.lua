--- Names of encodings, which Node's calls take: strings are bytes here, so that most of them say nothing, and those
--- that would say something else are refused.
--
--     encoding.check("utf8")           --> passes, as do nil, "latin1", "ascii", "binary" and "buffer"
--     encoding.check("hex")            --> raises ERR_INVALID_ARG_VALUE
--     encoding.check("nonsense")       --> raises ERR_UNKNOWN_ENCODING

local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")

local M = {}

local MAX_SHOWN = 128 -- bytes of a name in a message

-- Their text is not the bytes it stands for.
local FOREIGN = { hex = true, base64 = true, base64url = true, ucs2 = true, utf16le = true }
FOREIGN["ucs-2"], FOREIGN["utf-16le"] = true, true
local SAME_BYTES = { utf8 = true, buffer = true, ascii = true, latin1 = true, binary = true }
SAME_BYTES["utf-8"] = true

--- Raises for an encoding that would not leave the bytes alone.
---@param encoding string
---@param name string the parameter's
function M.refuse_foreign(encoding, name)
    if FOREIGN[encoding:lower()] then
        local reason = "is not available, as strings are bytes here: use 'utf8' or 'buffer'"
        error(errors.arg_value(name, encoding, reason), 0)
    end
end

--- Raises for one that nobody knows.
function M.refuse_unknown(encoding)
    if type(encoding) ~= "string" or not SAME_BYTES[encoding:lower()] then
        local text = type(encoding) == "string" and #encoding <= MAX_SHOWN and encoding or inspect.value(encoding)
        error(errors.of("ERR_UNKNOWN_ENCODING", text), 0)
    end
end

--- Raises for both.
---@param encoding string?
---@param name string? "encoding" unless given
function M.check(encoding, name)
    if encoding == nil then
        return
    elseif type(encoding) == "string" then
        M.refuse_foreign(encoding, name or "encoding")
    end
    M.refuse_unknown(encoding)
end

return M
