local inspect = require("moonherd.inspect")

describe("inspect.received", function()
    it("says type and value of plain values", function()
        assert.equal("nil", inspect.received(nil))
        assert.equal("type number (5)", inspect.received(5))
        assert.equal("type number (1.5)", inspect.received(1.5))
        assert.equal("type number (1e+300)", inspect.received(1e300))
        assert.equal("type number (nan)", inspect.received(0 / 0))
        assert.equal("type number (-inf)", inspect.received(-math.huge))
        assert.equal("type boolean (false)", inspect.received(false))
        assert.equal("type cdata (5LL)", inspect.received(5LL))
    end)

    it("cuts strings longer than 28 bytes to 25, as Node does", function()
        local alphabet = "abcdefghijklmnopqrstuvwxyz"
        assert.equal("type string ('" .. alphabet .. "')", inspect.received(alphabet))
        assert.equal("type string ('abcdefghijklmnopqrstuvwxy...')", inspect.received(alphabet .. "0123456789"))
    end)

    it("keeps strings on one line", function()
        assert.equal([[type string ("a'b\n")]], inspect.received("a'b\n"))
        assert.equal([[type string ('a"\'\\\x00')]], inspect.received("a\"'\\\0"))
    end)

    it("tells functions by their place and objects by their class", function()
        assert.matches("^function at .*inspect_spec.lua:%d+$", inspect.received(function() end))
        assert.equal("a C function", inspect.received(print))
        assert.equal("a table", inspect.received({}))
        assert.equal("an instance of Socket", inspect.received(setmetatable({}, { __name = "Socket" })))
        assert.equal("a thread", inspect.received(coroutine.create(print)))
        assert.equal("a userdata", inspect.received(newproxy()))
    end)
end)

describe("inspect.value", function()
    it("shows the first level of a table, sorted", function()
        assert.equal("{}", inspect.value({}))
        assert.equal("{ a = 1, b = 'x', c = {}, d = {...} }", inspect.value({ d = { 1 }, c = {}, b = "x", a = 1 }))
    end)

    it("lets a value print itself", function()
        local own = setmetatable({}, { __tostring = function() return "<own>" end })
        assert.equal("<own>", inspect.value(own))
        assert.equal("{ x = <own> }", inspect.value({ x = own }))
    end)

    it("stays short, whatever it is given", function()
        local wide = {}
        for i = 1, 10000 do
            wide["key" .. i] = ("v"):rep(1000)
        end
        assert.is_true(#inspect.value(wide) <= 131)
        assert.is_true(#inspect.value(("x"):rep(1e6)) <= 131)
        local circle = {}
        circle.me = circle
        assert.equal("{ me = {...} }", inspect.value(circle))
    end)
end)
