--- What the bad-input cases need for console.
local core = require("moonherd.core")

-- Huge labels are written as they are: not into the output of the spec.
local write = core.write
function core.write(fd, text)
    return #text > 65536 and #text or write(fd, text)
end

return {}
