--- What the bad-input cases need for json.
local json = require("moonherd.json")

return {
    valid = {
        ["json.decode"] = function() return { "[1]" } end,
        ["json.parse"] = function() return { "[1]" } end,
        ["json.stringify"] = function() return { { 1 }, json.null, 2 } end,
    },
}
