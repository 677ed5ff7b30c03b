--- What servers and requests may be told about how messages are read.
--
--     parsing.check({ insecureHTTPParser = true })        -- raises: there is no such reader
--
-- joinDuplicateHeaders is carried out by IncomingMessage.

local absent = require("moonherd.absent")
local check = require("moonherd.check")

local M = {}

local STRICT = "another side that writes its messages as RFC 9112 has them: they are always read strictly"

---@param options table
function M.check(options)
    if check.opt(check.boolean, options.insecureHTTPParser, "options.insecureHTTPParser") then
        error(absent.error("options.insecureHTTPParser", STRICT), 0)
    end
    check.opt(check.boolean, options.joinDuplicateHeaders, "options.joinDuplicateHeaders")
end

return M
