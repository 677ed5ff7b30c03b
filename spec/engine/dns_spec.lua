--- dns.lookup, by /etc/hosts and by names that cannot be.
local calls = require("spec.support.calls")
local core = require("moonherd.core")
local dns = require("moonherd.dns")
local wait = require("spec.support.wait")

describe("dns.lookup", function()
    after_each(calls.verify)

    --- What the callback gets, with the number of it.
    local function lookup(...)
        local got
        local args = { n = select("#", ...), ... }
        args[args.n + 1] = function(...)
            assert.is_nil(got)
            got = { n = select("#", ...), ... }
        end
        dns.lookup(unpack(args, 1, args.n + 1))
        assert.is_nil(got) -- never from inside
        wait(function() return got end, 20, "the answer")
        return unpack(got, 1, got.n)
    end

    it("gives one address and its family", function()
        local err, address, family = lookup("localhost")
        assert.is_nil(err)
        assert.equal(family, core.isIP(address))
        assert.same({ nil, "127.0.0.1", 4 }, { lookup("localhost", 4) })
        assert.same({ nil, "127.0.0.1", 4 }, { lookup("localhost", { family = "IPv4" }) })
    end)

    it("gives all, on request with IPv4 first", function()
        local err, list = lookup("localhost", { all = true, order = "ipv4first" })
        assert.is_nil(err)
        assert.same({ address = "127.0.0.1", family = 4 }, list[1])
        err, list = lookup("localhost", { all = true, family = 4 })
        assert.is_nil(err)
        assert.same({ { address = "127.0.0.1", family = 4 } }, list)
    end)

    it("answers what is numeric, or empty, without asking", function()
        assert.same({ nil, "192.0.2.1", 4 }, { lookup("192.0.2.1") })
        assert.same({ nil, "::1", 6 }, { lookup("::1", { family = 4 }) })
        assert.same({ nil, { { address = "::1", family = 6 } } }, { lookup("::1", { all = true }) })
        assert.same({ nil, nil, 4 }, { lookup("") })
        assert.same({ nil, nil, 6 }, { lookup(nil, 6) })
        assert.same({ nil, {} }, { lookup("", { all = true }) })
    end)

    it("tells what is not known in Node's words", function()
        local err, address = lookup("no.such.invalid")
        assert.is_nil(address)
        assert.is_true(err.code == "ENOTFOUND" or err.code == "EAI_AGAIN") -- the latter without any network
        assert.equal("getaddrinfo", err.syscall)
        assert.equal("no.such.invalid", err.hostname)
        assert.equal(("getaddrinfo %s no.such.invalid"):format(err.code), err.message)
        assert.is_true(err.errno < 0)
        err = lookup(("x"):rep(300) .. ".invalid")
        assert.equal("getaddrinfo", err.syscall)
    end)

    it("puts one family first on request, and keeps the order of each", function()
        local err, list = lookup("localhost", { all = true, order = "ipv6first" })
        assert.is_nil(err)
        local families = {}
        for i, entry in ipairs(list) do
            families[i] = entry.family
        end
        assert.is_nil(table.concat(families):find("46"))
    end)

    it("gives mapped addresses where the hints ask for them", function()
        assert.same({ nil, "::ffff:127.0.0.1", 6 }, { lookup("localhost", { family = 6, hints = dns.V4MAPPED + dns.ALL,
            order = "ipv6first" }) })
    end)

    it("is all there is: the rest of Node's says so, and what to use", function()
        for _, name in ipairs({ "resolve", "resolve4", "reverse", "Resolver", "lookupService", "setServers" }) do
            local ok, err = pcall(function() return dns[name] end)
            assert.is_false(ok)
            assert.equal("ERR_NOT_IN_LUA", err.code)
            assert.is_truthy(err.message:find("dns." .. name .. " is not part of moonherd: use ", 1, true))
        end
    end)

    it("refuses what makes no sense", function()
        local nothing = calls.must_not()
        for _, case in ipairs({
            { "ERR_INVALID_ARG_TYPE", 5, nothing },
            { "ERR_INVALID_ARG_TYPE", "localhost" },
            { "ERR_INVALID_ARG_TYPE", "localhost", 4 },
            { "ERR_INVALID_ARG_TYPE", "localhost", 4, 5 },
            { "ERR_INVALID_ARG_TYPE", "localhost", "4", nothing },
            { "ERR_INVALID_ARG_VALUE", "localhost", 5, nothing },
            { "ERR_INVALID_ARG_VALUE", "localhost", { family = "x" }, nothing },
            { "ERR_INVALID_ARG_TYPE", "localhost", { all = 1 }, nothing },
            { "ERR_INVALID_ARG_VALUE", "localhost", { order = "x" }, nothing },
            { "ERR_INVALID_ARG_TYPE", "localhost", { hints = "x" }, nothing },
            { "ERR_INVALID_ARG_VALUE", "a\0b", nothing },
            { "ERR_INVALID_THIS", dns, "localhost", nothing },
        }) do
            local ok, err = pcall(dns.lookup, unpack(case, 2, 4))
            assert.is_false(ok)
            assert.equal(case[1], type(err) == "table" and err.code or err)
        end
    end)
end)
