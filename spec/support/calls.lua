--- Functions that must be called, and functions that must not.
--
--     local calls = require "spec.support.calls"
--     after_each(calls.verify)
--
--     server:on("listening", calls.must(function() ... end))       -- once
--     worker:on("message", calls.must(3))                          -- three times
--     server:on("error", calls.must_not("the port is free"))

local M = {}
local expected = {}

--- A function that calls `fn` and must have been called `count` times by verify. Both arguments may be left out.
function M.must(fn, count)
    if type(fn) == "number" then
        fn, count = nil, fn
    end
    local info = debug.getinfo(2, "Sl")
    local entry = { count = count or 1, calls = 0, at = info.short_src .. ":" .. info.currentline }
    expected[#expected + 1] = entry
    return function(...)
        entry.calls = entry.calls + 1
        if fn then
            return fn(...)
        end
    end
end

--- A function that raises, and fails verify, when it is called.
function M.must_not(why)
    local info = debug.getinfo(2, "Sl")
    local at = info.short_src .. ":" .. info.currentline
    local entry = { count = 0, calls = 0, at = at .. (why and " (" .. why .. ")" or "") }
    expected[#expected + 1] = entry
    return function(...)
        entry.calls = entry.calls + 1
        error(("called, but must not be: %s: %s"):format(entry.at, tostring((...))), 2)
    end
end

--- Whether everything was called as often as it must: for wait().
function M.done()
    for _, entry in ipairs(expected) do
        if entry.calls < entry.count then
            return false
        end
    end
    return true
end

--- Raises if anything was called more or less often; forgets all in any case. For after_each.
function M.verify()
    local wrong = {}
    for _, entry in ipairs(expected) do
        if entry.calls ~= entry.count then
            wrong[#wrong + 1] = ("%s: called %d times, must be %d"):format(entry.at, entry.calls, entry.count)
        end
    end
    expected = {}
    if #wrong > 0 then
        error(table.concat(wrong, "\n"), 2)
    end
end

return M
