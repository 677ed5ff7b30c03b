local errors = require("moonherd.errors")
local events = require("moonherd.events")
local format = require("moonherd.format")
local json = require("moonherd.json")

local function line(expected, ...)
    assert.equal(expected, format.line(...))
end

describe("format.line", function()
    it("shows strings as they are and other values inspected", function()
        line("a 1 true nil { 'x' }", "a", 1, true, nil, { "x" })
        line("nil", nil)
        line("a nil", "a", nil)
        assert.equal("", format.line())
    end)

    it("fills directives", function()
        line("x is 5 and 5.5, 5", "%s is %d and %f, %i", "x", 5, 5.5, 5.9)
        line('{"a":[1]} {...}', "%j %s", { a = { 1 } }, { {} } and setmetatable({}, {
            __tostring = function() return "{...}" end,
        }))
        line("100% 5", "100%", 5)
        line("50%", "%d%%", 50)
        line("%s", "%s")
        line("a %s", "%s %s", "a")
        line("NaN b", "%d", "a", "b")
        line("%x 1", "%x", 1)
    end)
end)

describe("format.value", function()
    local function shows(expected, value, options)
        assert.equal(expected, format.value(value, options))
    end

    it("writes scalars", function()
        shows("'it'", "it")
        shows([['a\nb']], "a\nb")
        shows("3", 3.0)
        shows("0.1", 0.1)
        shows("null", json.null)
        shows("100LL", 100LL)
        assert.matches("^%[function at .*console_spec.lua:%d+%]$", format.value(function() end))
    end)

    it("writes tables with keys in order", function()
        shows("{}", {})
        shows("{ 1, 2, [10] = 'x', a = 1, b = 2, ['c d'] = 3, ['end'] = 4, [false] = 5 }",
            { 1, 2, [10] = "x", b = 2, a = 1, ["c d"] = 3, ["end"] = 4, [false] = 5 })
    end)

    it("takes several lines for what is long", function()
        local word = ("x"):rep(30)
        local text = ("{\n  a = '%s',\n  b = '%s',\n  c = { 1, 2 }\n}"):format(word, word)
        shows(text, { a = word, b = word, c = { 1, 2 } })
    end)

    it("stops at its depth, at cycles, and at many items", function()
        shows("{ a = { b = { c = {...} } } }", { a = { b = { c = { d = 1 } } } })
        shows("{ a = {...} }", { a = { b = 1 } }, { depth = 0 })
        local loop = { name = "loop" }
        loop.self = loop
        shows("{ name = 'loop', self = <circular> }", loop)
        local shared = {}
        shows("{ {}, {} }", { shared, shared })
        local many = {}
        for i = 1, 150 do
            many[i] = i
        end
        assert.matches("50 more", format.value(many))
    end)

    it("shows objects by class, their own words, or their stack", function()
        local Box = { __name = "Box" }
        shows("Box { size = 1 }", setmetatable({ size = 1, _secret = 2 }, Box))
        shows("EventEmitter {}", events.EventEmitter())
        local err = errors.of("ERR_IPC_ONE_PIPE")
        assert.matches("^Error %[ERR_IPC_ONE_PIPE%].*\nstack traceback:\n.*console_spec", format.value(err))
        assert.equal("{ Error [ERR_IPC_ONE_PIPE]: Child process can have only one IPC pipe }", format.value({ err }))
        local broken = setmetatable({}, { __tostring = function() error("no", 0) end })
        shows("<cannot be shown: no>", broken)
    end)
end)
