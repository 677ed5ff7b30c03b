--- Host names to addresses, as Node's dns.lookup: by the system's resolver, /etc/hosts and all.
--
--     local dns = require "dns"
--
--     dns.lookup("localhost", function(err, address, family) print(address, family) end)
--     dns.lookup("localhost", { all = true }, function(err, list) print(list[1].address, list[1].family) end)
--
-- Node's functions that speak the DNS protocol themselves (resolve4, Resolver, ...) are not here.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local resolve = require("moonherd.net.resolve")
local tick = require("moonherd.tick")

local M = {
    NODATA = "ENODATA",
    NOTFOUND = "ENOTFOUND",
}

local FAMILIES = { [0] = 0, [4] = 4, [6] = 6, IPv4 = 4, IPv6 = 6 }
local ORDERS = { "verbatim", "ipv4first" }

--- The family and the wish for all, or the addresses of IPv4 first, of what stands for options.
local function read_options(options)
    if type(options) == "number" then
        options = { family = options }
    elseif options ~= nil and type(options) ~= "table" then
        error(errors.arg_type("options", { "number", "table" }, options), 0)
    end
    options = options or {}
    local family = options.family == nil and 0 or FAMILIES[options.family]
    if not family then
        error(errors.arg_value("options.family", options.family, "must be one of: 0, 4, 6"), 0)
    end
    check.opt(check.boolean, options.all, "options.all")
    check.opt(check.boolean, options.verbatim, "options.verbatim")
    check.opt(check.integer, options.hints, "options.hints", 0)
    check.opt(check.one_of, options.order, "options.order", ORDERS)
    return family, options.all, options.order == "ipv4first" or options.verbatim == false
end

--- The list with the addresses of IPv4 before those of IPv6, otherwise as it was.
local function ipv4_first(list)
    local sorted = {}
    for _, family in ipairs({ 4, 6 }) do
        for _, entry in ipairs(list) do
            if entry.family == family then
                sorted[#sorted + 1] = entry
            end
        end
    end
    return sorted
end

--- Looks a name up: (hostname, callback), (hostname, family, callback) or (hostname, options, callback). A numeric
--- address is its own answer; the callback is never called from inside the call.
---@param hostname string? "" or nil is answered with no address, as in Node
---@param options integer|table|nil family (0, 4, 6), all (a list is wanted), order ("verbatim", "ipv4first")
---@param callback fun(err: moonherd.Error?, address: string|table[]|nil, family: integer?)
function M.lookup(hostname, options, callback)
    check.no_object(hostname, M, "dns.lookup")
    if hostname ~= nil then
        check.c_string(hostname, "hostname")
    end
    if callback == nil and check.callable(options) then
        options, callback = nil, options
    end
    check.fn(callback, "callback")
    local family, all, sorted = read_options(options)
    local function answer(err, list)
        if err then
            return callback(err)
        elseif all then
            return callback(nil, sorted and ipv4_first(list) or list)
        end
        local first = sorted and ipv4_first(list)[1] or list[1]
        callback(nil, first and first.address, first and first.family or (family == 6 and 6 or 4))
    end
    local numeric = hostname and core.isIP(hostname)
    if hostname == nil or hostname == "" then
        tick.add(answer, nil, {})
    elseif numeric ~= 0 then
        tick.add(answer, nil, { { address = hostname, family = numeric } })
    else
        resolve(hostname, family, answer)
    end
end

return M
