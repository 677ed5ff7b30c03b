local json = require("moonherd.json")

local function same(text, value, options)
    assert.equal(text, json.encode(value, options))
end

describe("json.encode", function()
    it("writes whole numbers as integers and others as short as they read back", function()
        same("1", 1.0)
        same("-7", -7)
        same("0", -0.0)
        same("9007199254740992", 2 ^ 53)
        same("100000000000000000000", 1e20)
        same("1e+300", 1e300)
        same("0.1", 0.1)
        same("0.30000000000000004", 0.1 + 0.2)
    end)

    it("writes what is no number as null", function()
        same("[null,null,null]", { 0 / 0, 1 / 0, -1 / 0 })
    end)

    it("writes 64-bit integers in full", function()
        same("9223372036854775807", 9223372036854775807LL)
        same("[-1,18446744073709551615]", { -1LL, 18446744073709551615ULL })
        assert.error_matches(function() json.encode({ x = 1i }) end, "cdata that is no 64%-bit integer at x")
    end)

    it("tells lists from objects", function()
        same("[1,2]", { 1, 2 })
        same("{}", {})
        same("[]", json.array())
        same('[{},[]]', { {}, json.array({}) })
        same('{"1":1,"3":3}', { [1] = 1, [3] = 3 }, { sort = true })
        same('{"1":"a","x":"b"}', { "a", x = "b" }, { sort = true })
        same('{"1.5":true}', { [1.5] = true })
    end)

    it("writes nil and json.null as null", function()
        same("null", nil)
        same("[1,null]", { 1, json.null })
    end)

    it("escapes what JSON wants escaped and nothing else", function()
        same([["\"\\/\b\f\n\r\t\u0000\u001f]] .. "\127é😀\"", "\"\\/\b\f\n\r\t\0\31\127é😀")
    end)

    it("drops functions of objects and keeps the places of lists", function()
        same('{"a":1}', { a = 1, f = print })
        same("[null,2]", { print, 2 })
        same("{}", { f = print })
    end)

    it("indents and sorts", function()
        same('{\n  "a": [\n    1,\n    {}\n  ],\n  "b": {\n    "c": 2\n  }\n}', { b = { c = 2 }, a = { 1, {} } },
            { indent = 2, sort = true })
        same("[]", json.array(), { indent = 2 })
        assert.equal("[\n 1\n]", json.stringify({ 1 }, nil, 1))
    end)

    it("survives texts larger than its first buffer", function()
        local long = ("x"):rep(100000)
        assert.is_true(json.encode({ long, long }) == '["' .. long .. '","' .. long .. '"]')
    end)

    it("names the place of what it cannot write", function()
        local function fails(pattern, value, options)
            local ok, err = pcall(json.encode, value, options)
            assert.is_false(ok)
            assert.equal("ERR_JSON_ENCODE", err.code)
            assert.matches(pattern, err.message)
        end
        fails("function$", print)
        fails("thread$", coroutine.create(print))
        fails("userdata at list%[2%]%.file$", { list = { 1, { file = io.stdout } } })
        fails("not valid UTF%-8 %(byte 3 of 4%).* at body$", { body = "ab\255c" })
        fails("boolean as a key", { [true] = 1 })
        -- A deeper place of an earlier value is not part of the path.
        fails("thread at b$", { { x = { y = 1 } }, b = coroutine.create(print) })
        for _, bad in ipairs({ "\192\128", "\237\160\128", "\244\144\128\128", "\226\130", "\128" }) do
            fails("UTF%-8", bad)
        end
    end)

    it("stops at a table inside itself and at its depth", function()
        local loop = { child = {} }
        loop.child.parent = loop
        assert.error_matches(function() json.encode(loop) end, "contains itself at child%.parent")
        local twice = {}
        assert.equal("[{},{}]", json.encode({ twice, twice }))

        local deep = {}
        for _ = 1, 999 do
            deep = { deep }
        end
        assert.equal(2000, #json.encode(deep))
        assert.error_matches(function() json.encode({ deep }) end, "deeper than 1000")
        assert.error_matches(function() json.encode({ { 1 } }, { depth = 1 }) end, "deeper than 1")
    end)
end)

describe("json.decode", function()
    it("reads what encode writes", function()
        local text = '{"a":[1,2.5,-3e+40,"x",true,false,null],"b":{},"c":[],"d":"\\u0000é"}'
        assert.equal(text, json.encode(json.decode(text), { sort = true }))
    end)

    it("takes any value at the top", function()
        assert.equal(1, json.decode(" 1 "))
        assert.equal("x", json.decode('"x"'))
        assert.equal(json.null, json.decode("null"))
        assert.is_false(json.decode("false"))
    end)

    it("reads escapes and surrogate pairs", function()
        assert.equal("é😀\n", json.decode([["\u00e9\ud83d\ude00\n"]]))
    end)

    it("reads integers as numbers, beyond 2^53 as int64_t if asked", function()
        assert.equal(2 ^ 53, json.decode("9007199254740992", { int64 = true }))
        assert.equal("number", type(json.decode("9007199254740993")))
        assert.equal("9007199254740993LL", tostring(json.decode("9007199254740993", { int64 = true })))
        assert.equal("-9223372036854775808LL", tostring(json.decode("-9223372036854775808", { int64 = true })))
        assert.equal(1e30, json.decode("1000000000000000000000000000000"))
    end)

    it("raises with the place", function()
        local ok, err = pcall(json.decode, '{\n  "a": [1,,2]\n}')
        assert.is_false(ok)
        assert.equal("SyntaxError", err.name)
        assert.equal("ERR_JSON_DECODE", err.code)
        assert.equal(2, err.line)
        assert.equal("number", type(err.column))
        assert.matches("line 2, column", err.message)
        for _, bad in ipairs({ "", " ", "{", "[1", "nul", "1 2", "'x'", '"\255"', '{"a" 1}', "[1,]", "01", "NaN" }) do
            assert.is_false(pcall(json.decode, bad), bad)
        end
    end)

    it("has a ceiling for nesting", function()
        assert.equal("table", type(json.decode(("["):rep(1000) .. ("]"):rep(1000))))
        assert.error_matches(function() json.decode(("["):rep(1001) .. ("]"):rep(1001)) end, "deeper than 1000")
        assert.error_matches(function() json.decode(("["):rep(100000)) end, "depth")
        assert.error_matches(function() json.decode("[[1]]", { depth = 1 }) end, "deeper than 1")
    end)

    it("wants a string", function()
        assert.error_matches(function() json.decode(nil) end, "ERR_INVALID_ARG_TYPE")
    end)

    it("is parse as well", function()
        assert.same({ 1 }, json.parse("[1]"))
    end)
end)
