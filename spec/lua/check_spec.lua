local check = require("moonherd.check")

---The error that a check raises for these arguments.
local function raised(checker, ...)
    local ok, err = pcall(checker, ...)
    assert.is_false(ok)
    assert.equal("table", type(err))
    return err.code, err.message
end

local function assert_raises(code, message, checker, ...)
    local got_code, got_message = raised(checker, ...)
    assert.equal(message, got_message)
    assert.equal(code, got_code)
end

local TYPE, RANGE, VALUE = "ERR_INVALID_ARG_TYPE", "ERR_OUT_OF_RANGE", "ERR_INVALID_ARG_VALUE"

describe("check", function()
    it("returns what passes", function()
        local fn, tbl = function() end, {}
        assert.equal(fn, check.fn(fn, "f"))
        assert.equal(tbl, check.table(tbl, "t"))
        assert.equal("s", check.string("s", "s"))
        assert.equal("s", check.c_string("s", "s"))
        assert.equal(1.5, check.number(1.5, "n"))
        assert.is_false(check.boolean(false, "b"))
        assert.equal(3, check.integer(3, "i"))
        assert.equal("b", check.one_of("b", "o", { "a", "b" }))
    end)

    it("raises a wrong type", function()
        assert_raises(TYPE, 'The "f" argument must be of type function. Received nil', check.fn, nil, "f")
        assert_raises(TYPE, 'The "f" argument must be of type function. Received a table', check.fn, {}, "f")
        assert_raises(TYPE, 'The "t" argument must be of type table. Received type number (1)', check.table, 1, "t")
        assert_raises(TYPE, 'The "s" argument must be of type string. Received type number (1)', check.string, 1, "s")
        assert_raises(TYPE, 'The "b" argument must be of type boolean. Received nil', check.boolean, nil, "b")
        assert_raises(TYPE, [[The "n" argument must be of type number. Received type string ('1')]], check.number, "1",
            "n")
    end)

    it("takes callable tables for functions", function()
        local callable = setmetatable({}, { __call = function() end })
        assert.equal(callable, check.fn(callable, "f"))
        assert_raises(TYPE, 'The "f" argument must be of type function. Received a table', check.fn,
            setmetatable({}, { __metatable = "locked" }), "f")
    end)

    it("holds integers to whole numbers and to their ends", function()
        assert.equal(0, check.integer(0, "i", 0, 5))
        assert.equal(5, check.integer(5, "i", 0, 5))
        local function message(text, received)
            return ('The value of "i" is out of range. It must be %s. Received %s'):format(text, received)
        end
        assert_raises(RANGE, message("an integer", "1.5"), check.integer, 1.5, "i")
        assert_raises(RANGE, message("an integer", "nan"), check.integer, 0 / 0, "i")
        assert_raises(RANGE, message("an integer", "inf"), check.integer, math.huge, "i")
        assert_raises(RANGE, message(">= 0 && <= 5", "6"), check.integer, 6, "i", 0, 5)
        assert_raises(RANGE, message(">= 0 && <= 5", "-1"), check.integer, -1, "i", 0, 5)
        assert_raises(RANGE, message(">= 1", "0"), check.integer, 0, "i", 1)
        assert_raises(RANGE, message("<= 5", "6"), check.integer, 6, "i", nil, 5)
        assert_raises(TYPE, [[The "i" argument must be of type number. Received type string ('5')]], check.integer, "5",
            "i")
    end)

    it("takes ports as numbers and as decimal strings", function()
        assert.equal(0, check.port(0))
        assert.equal(65535, check.port(65535))
        assert.equal(8000, check.port("8000"))
        for _, bad in ipairs({ -1, 65536, 1.5, "", "a", "80a", "0x50", "-1", {}, true, 0 / 0 }) do
            assert.equal("ERR_SOCKET_BAD_PORT", (raised(check.port, bad)))
        end
        assert_raises("ERR_SOCKET_BAD_PORT", "Port should be >= 0 and < 65536. Received type number (70000).",
            check.port, 70000)
        assert_raises("ERR_SOCKET_BAD_PORT", "options.port should be >= 0 and < 65536. Received nil.",
            check.port, nil, "options.port")
        assert_raises("ERR_SOCKET_BAD_PORT", "Port should be > 0 and < 65536. Received type number (0).",
            check.port, 0, "Port", true)
    end)

    it("keeps NUL bytes out of what goes to C", function()
        assert_raises(VALUE, "The argument 'file' must be a string without null bytes. Received 'a\\x00b'",
            check.c_string, "a\0b", "file")
        assert_raises(TYPE, 'The "file" argument must be of type string. Received nil', check.c_string, nil, "file")
    end)

    it("names the values that would have done", function()
        assert_raises(VALUE, "The argument 'wire' must be one of: 'native', 'node'. Received 'x'",
            check.one_of, "x", "wire", { "native", "node" })
    end)

    it("lets nil through an optional check, and nothing else", function()
        assert.is_nil(check.opt(check.integer, nil, "i", 0, 5))
        assert.equal(5, check.opt(check.integer, 5, "i", 0, 5))
        assert.equal(RANGE, (raised(check.opt, check.integer, 6, "i", 0, 5)))
        assert.equal(TYPE, (raised(check.opt, check.boolean, "no", "b")))
    end)

    it("tells what can be called", function()
        assert.is_true(check.callable(print))
        assert.is_true(check.callable(setmetatable({}, { __call = print })))
        assert.is_false(check.callable({}))
        assert.is_false(check.callable(nil))
        assert.is_false(check.callable("print"))
    end)
end)
