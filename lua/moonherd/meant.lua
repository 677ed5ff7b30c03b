--- What was probably meant by an unknown name, for messages that say so.
--
--     meant.nearest("intervall", { interval = 1, misses = 2 })      --> "interval"

local M = {}

local LONGEST = 64 -- bytes of a name that is compared: what is longer was no slip of the finger

--- In how many letters two words differ (Levenshtein).
local function distance(a, b)
    local row = {}
    for j = 0, #b do
        row[j] = j
    end
    for i = 1, #a do
        local diagonal = row[0]
        row[0] = i
        for j = 1, #b do
            local cost = a:byte(i) == b:byte(j) and 0 or 1
            diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
        end
    end
    return row[#b]
end

--- The nearest of the keys of `known`; nil when none is near.
---@param name string
---@param known table<string, any>
---@return string?
function M.nearest(name, known)
    if #name > LONGEST then
        return nil
    end
    local best, best_distance = nil, math.max(2, math.floor(#name / 2))
    for candidate in pairs(known) do
        local common = math.min(#name, #candidate)
        local begins = common >= 3 and name:sub(1, common) == candidate:sub(1, common)
        local d = distance(name:lower(), candidate:lower())
        d = begins and math.min(d, 1) or d
        if d < best_distance or (best and d == best_distance and candidate < best) then
            best, best_distance = candidate, d
        end
    end
    return best
end

return M
