--- What the bad-input cases need for dns.
local function nothing() end

return {
    named = { ["dns.lookup"] = { options = { "options", "family" } } }, -- a number is a family
    valid = {
        ["dns.lookup"] = function() return { "127.0.0.1", {}, nothing } end,
    },
}
