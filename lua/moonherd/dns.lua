--- Host names to addresses, as Node's dns.lookup: by the system's resolver, /etc/hosts and all.
--
--     local dns = require "dns"
--
--     dns.lookup("localhost", function(err, address, family) print(address, family) end)
--     dns.lookup("localhost", { all = true }, function(err, list) print(list[1].address, list[1].family) end)
--
-- Node's functions that speak the DNS protocol themselves (resolve4, Resolver, ...) are not here: each of them says so.

local absent = require("moonherd.absent")
local args = require("moonherd.net.args")
local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local resolve = require("moonherd.net.resolve")
local tick = require("moonherd.tick")

local M = {}

-- Hints of lookup.
for name, value in pairs(core.resolveFlags) do
    M[name] = value
end

-- Codes of errors, under the names that programs compare with.
for _, name in ipairs({
    "ADDRGETNETWORKPARAMS", "BADFAMILY", "BADFLAGS", "BADHINTS", "BADNAME", "BADQUERY", "BADRESP", "BADSTR",
    "CANCELLED", "CONNREFUSED", "DESTRUCTION", "EOF", "FILE", "FORMERR", "LOADIPHLPAPI", "NODATA", "NOMEM", "NONAME",
    "NOTFOUND", "NOTIMP", "NOTINITIALIZED", "REFUSED", "SERVFAIL", "TIMEOUT",
}) do
    M[name] = "E" .. name
end

local TOOL = 'child_process.execFile("dig", ...), or a DNS library'
local SERVERS = "/etc/resolv.conf, which the system's resolver reads"
local ABSENT = {
    Resolver = TOOL,
    getServers = SERVERS,
    lookupService = 'child_process.execFile("getent", { "hosts", address }, ...)',
    resolve = TOOL,
    reverse = TOOL,
    setDefaultResultOrder = "the option `order` of dns.lookup, or /etc/gai.conf",
    setServers = SERVERS,
}
for _, kind in ipairs({ "4", "6", "Any", "Caa", "Cname", "Mx", "Naptr", "Ns", "Ptr", "Soa", "Srv", "Txt" }) do
    ABSENT["resolve" .. kind] = TOOL
end
absent.add(M, "dns", ABSENT)

-- Options -----------------------------------------------------------------------------------------------------

local FAMILIES = { 0, 4, 6 }
local FAMILY_WORDS = { IPv4 = 4, IPv6 = 6 }
local ORDERS = { "verbatim", "ipv4first", "ipv6first" }

--- What stands for options: { family =, hints =, all =, first = family that comes first }.
local function read_options(options)
    if options == nil then
        return { family = 0 }
    elseif type(options) == "number" then
        return { family = check.one_of(options, "family", FAMILIES) }
    elseif type(options) ~= "table" then
        error(errors.arg_type("options", "table or integer", options), 0)
    end
    local wanted = {}
    if options.hints ~= nil then
        wanted.hints = args.check_hints(options.hints)
    end
    wanted.family = FAMILY_WORDS[options.family] or options.family or 0
    if options.family ~= nil then
        check.one_of(wanted.family, "options.family", FAMILIES)
    end
    wanted.all = check.opt(check.boolean, options.all, "options.all")
    if check.opt(check.boolean, options.verbatim, "options.verbatim") == false then
        wanted.first = 4
    end
    local order = check.opt(check.one_of, options.order, "options.order", ORDERS)
    if order then
        wanted.first = order == "ipv4first" and 4 or order == "ipv6first" and 6 or nil
    end
    return wanted
end

--- The list with the addresses of one family first, otherwise as it was.
local function with_first(list, first)
    if not first then
        return list
    end
    local sorted = {}
    for _, wanted in ipairs({ true, false }) do
        for _, entry in ipairs(list) do
            if (entry.family == first) == wanted then
                sorted[#sorted + 1] = entry
            end
        end
    end
    return sorted
end

-- Looking up --------------------------------------------------------------------------------------------------

local warned = false

--- Once, as Node.
local function warn_of_empty(host)
    if not warned then
        warned = true
        local message = "The provided hostname %s is not a valid hostname, and is supported in the dns module solely"
            .. " for compatibility."
        local shown = host == nil and "undefined" or '"' .. host .. '"'
        require("moonherd.process").emitWarning(message:format(shown), "DeprecationWarning", "DEP0118")
    end
end

--- Looks a name up: (hostname, callback), (hostname, family, callback) or (hostname, options, callback). A numeric
--- address is its own answer; the callback is never called from inside the call.
---@param hostname string? "" or nil is answered with no address, as in Node
---@param options integer|table|nil family (0, 4, 6), hints, all (a list is wanted), order ("verbatim", "ipv4first",
---"ipv6first"), verbatim
---@param callback fun(err: moonherd.Error?, address: string|table[]|nil, family: integer?)
function M.lookup(hostname, options, callback)
    check.no_object(hostname, M, "dns.lookup")
    check.opt(check.c_string, hostname, "hostname")
    if callback == nil and check.callable(options) then
        options, callback = nil, options
    end
    check.fn(callback, "callback")
    local wanted = read_options(options)
    local function answer(err, list)
        if err then
            return callback(err)
        end
        list = with_first(list, wanted.first)
        if wanted.all then
            return callback(nil, list)
        end
        local first = list[1]
        callback(nil, first and first.address, first and first.family or (wanted.family == 6 and 6 or 4))
    end
    local numeric = hostname and core.isIP(hostname)
    if hostname == nil or hostname == "" then
        warn_of_empty(hostname)
        tick.add(answer, nil, {})
    elseif numeric ~= 0 then
        tick.add(answer, nil, { { address = hostname, family = numeric } })
    else
        resolve(hostname, wanted.family, answer, wanted.hints)
    end
end

--- What lookup does where nothing is said: the resolver's order is kept.
---@return "verbatim"
function M.getDefaultResultOrder()
    return "verbatim"
end

return M
