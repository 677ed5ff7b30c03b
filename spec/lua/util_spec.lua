local util = require("moonherd.util")

describe("util.either", function()
    it("gives a method the object first, called with a dot or a colon", function()
        local object = {}
        object.ask = util.either(object, function(self, ...)
            return self, select("#", ...), ...
        end)
        for _, got in ipairs({ { object.ask(1, nil) }, { object:ask(1, nil) } }) do
            assert.equal(object, got[1])
            assert.equal(2, got[2])
            assert.equal(1, got[3])
        end
        assert.equal(0, (select(2, object.ask())))
        assert.equal(0, (select(2, object:ask())))
        assert.equal(1, (select(2, object.ask(nil))))
    end)

    it("drops the object itself only, not what is equal to it", function()
        local mt = { __eq = function() return true end }
        local object, twin = setmetatable({}, mt), setmetatable({}, mt)
        object.ask = util.either(object, function(_, value)
            return value
        end)
        assert.is_true(rawequal(twin, object.ask(twin)))
    end)
end)
