--- Host names to addresses: what net.connect and server:listen ask.
--
--     local request = resolve("localhost", 0, function(err, list) print(list[1].address, list[1].family) end)
--     request:close()      -- the callback will not come any more
--
-- Numeric addresses are answered too, but always later, never from inside the call.

local core = require("moonherd.core")
local errors = require("moonherd.errors")
local tick = require("moonherd.tick")

local Request = {}
Request.__index = Request

-- The resolver's own codes that Node calls by another name.
local NODE_CODES = { EAI_NONAME = "ENOTFOUND", EAI_NODATA = "ENOTFOUND" }

function Request:finish(err, list)
    local callback = self.callback
    self.callback = nil
    if callback then
        callback(err, list)
    end
end

function Request:on_resolved(list, _, code, errno)
    if list then
        return self:finish(nil, list)
    end
    code = NODE_CODES[code] or code
    local message = ("getaddrinfo %s %s"):format(code, self.host)
    local fields = { errno = errno, syscall = "getaddrinfo", hostname = self.host }
    self:finish(errors.new("Error", code, message, fields))
end

function Request:close()
    self.callback = nil
    if self.handle then
        self.handle:close()
    end
end

--- Looks `host` up.
---@param host string
---@param family integer 4, 6 or 0 for either
---@param callback fun(err: moonherd.Error?, list: table[]?) list of { address =, family = }, at least one
---@param hints integer? of core.resolveFlags
---@return table request with close()
return function(host, family, callback, hints)
    local request = setmetatable({ host = host, callback = callback }, Request)
    local numeric = core.isIP(host)
    if numeric ~= 0 then
        tick.add(request.finish, request, nil, { { address = host, family = numeric } })
        return request
    end
    local handle, message, code, errno = core.resolve(request, host, family, hints)
    if not handle then
        tick.add(request.on_resolved, request, nil, message, code, errno)
    end
    request.handle = handle
    return request
end
