---@meta

--- Host names to addresses, by the system's resolver, /etc/hosts and all.
---
---     local dns = require "dns"
---     dns.lookup("localhost", function(err, address, family) print(address, family) end)
---     dns.lookup("localhost", { all = true }, function(err, list) print(list[1].address, list[1].family) end)
---
--- Node's functions that speak the DNS protocol themselves (`resolve4`, `Resolver`, ...) are not here.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dns.html
---@class moonherd.dns
---@field NODATA string The code of an error: the name is known, but has no address of that family.
---@field NOTFOUND string The code of an error: the name is not known.
local dns = {}

--- What `dns.lookup` looks for.
---@class moonherd.dns.LookupOptions
---@field family 0|4|6|"IPv4"|"IPv6"|nil The family of addresses (default 0: both).
---@field all boolean? Whether a list of all addresses is wanted (default false: the first one).
---@field order "verbatim"|"ipv4first"|nil Whether addresses of IPv4 come before the others (default "verbatim").
---@field verbatim boolean? False is `order = "ipv4first"` (default true).
---@field hints integer? Accepted for Node's sake (0..).

--- One of the addresses that `all` gives.
---@class moonherd.dns.Address
---@field address string The address as a text.
---@field family 4|6 What it is of.

--- Looks a name up: (hostname, callback), (hostname, family, callback) or (hostname, options, callback). A numeric
--- address is its own answer. The callback gets `address` and `family`, with `all` a list of moonherd.dns.Address, or an
--- error with `code` ("ENOTFOUND", ...), `errno`, `syscall` and `hostname`. It is never called from inside this call.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dns.html#dnslookuphostname-options-callback
---@param hostname string? "" and nil have no address: the callback gets nil
---@param options 0|4|6|moonherd.dns.LookupOptions|function|nil options, a family, or the callback
---@param callback nil|fun(err: moonherd.Error?, address: string|moonherd.dns.Address[]|nil, family: integer?)
function dns.lookup(hostname, options, callback) end

return dns
