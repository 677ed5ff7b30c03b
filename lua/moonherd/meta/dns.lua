---@meta

--- Host names to addresses, by the system's resolver, /etc/hosts and all.
---
---     local dns = require "dns"
---     dns.lookup("localhost", function(err, address, family) print(address, family) end)
---     dns.lookup("localhost", { all = true }, function(err, list) print(list[1].address, list[1].family) end)
---
--- Node's functions that speak the DNS protocol themselves (`resolve4`, `Resolver`, ...) are not here: each of them
--- says so, and what to use. Of the codes `dns.lookup` has NOTFOUND; the others are here for programs that compare with
--- them.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dns.html
---@class moonherd.dns
---@field ADDRCONFIG 32 A hint: only families of which this machine has an address.
---@field V4MAPPED 8 A hint: addresses of IPv4 in the form of IPv6, where the name has none of IPv6.
---@field ALL 16 A hint: with V4MAPPED, those of IPv6 and those of IPv4.
---@field NODATA string The code of an error: the name is known, but has no address of that family.
---@field NOTFOUND string The code of an error: the name is not known.
---@field ADDRGETNETWORKPARAMS string The code of an error: the resolver could not find a function it needs.
---@field BADFAMILY string The code of an error: the family is not supported.
---@field BADFLAGS string The code of an error: bad flags.
---@field BADHINTS string The code of an error: bad hints.
---@field BADNAME string The code of an error: the name is malformed.
---@field BADQUERY string The code of an error: the query is malformed.
---@field BADRESP string The code of an error: the reply is malformed.
---@field BADSTR string The code of an error: a text is malformed.
---@field CANCELLED string The code of an error: the query was cancelled.
---@field CONNREFUSED string The code of an error: no server could be reached.
---@field DESTRUCTION string The code of an error: the resolver is being taken down.
---@field EOF string The code of an error: the end of a file.
---@field FILE string The code of an error: a file could not be read.
---@field FORMERR string The code of an error: the server says that the query was malformed.
---@field LOADIPHLPAPI string The code of an error: a library could not be loaded.
---@field NOMEM string The code of an error: out of memory.
---@field NONAME string The code of an error: the name is no host name.
---@field NOTIMP string The code of an error: the server does not do that.
---@field NOTINITIALIZED string The code of an error: the resolver is not set up.
---@field REFUSED string The code of an error: the server refused.
---@field SERVFAIL string The code of an error: the server failed.
---@field TIMEOUT string The code of an error: no server answered in time.
local dns = {}

--- What `dns.lookup` looks for.
---@class moonherd.dns.LookupOptions
---@field family 0|4|6|"IPv4"|"IPv6"|nil The family of addresses (default 0: both).
---@field all boolean? Whether a list of all addresses is wanted (default false: the first one).
---@field order "verbatim"|"ipv4first"|"ipv6first"|nil Which addresses come first (default "verbatim": as the system's
---resolver has it).
---@field verbatim boolean? False is `order = "ipv4first"` (default true).
---@field hints integer? A sum of ADDRCONFIG, V4MAPPED and ALL (0..56, default 0); ERR_INVALID_ARG_VALUE for another.

--- One of the addresses that `all` gives.
---@class moonherd.dns.Address
---@field address string The address as a text.
---@field family 4|6 What it is of.

--- Looks a name up: (hostname, callback), (hostname, family, callback) or (hostname, options, callback). A numeric
--- address is its own answer. The callback gets `address` and `family`, with `all` a list of moonherd.dns.Address, or
--- an error with `code` ("ENOTFOUND", ...), `errno`, `syscall` and `hostname`. It is never called inside this call.
---
--- A `hostname` that is "" or nil is what Node warns of, once: DEP0118.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dns.html#dnslookuphostname-options-callback
---@param hostname string? "" and nil have no address: the callback gets nil
---@param options 0|4|6|moonherd.dns.LookupOptions|function|nil options, a family, or the callback
---@param callback nil|fun(err: moonherd.Error?, address: string|moonherd.dns.Address[]|nil, family: integer?)
function dns.lookup(hostname, options, callback) end

--- In which order `dns.lookup` gives addresses where nothing is said. It cannot be changed.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dns.html#dnsgetdefaultresultorder
---@return "verbatim"
function dns.getDefaultResultOrder() end

return dns
