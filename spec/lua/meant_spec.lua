--- What is offered for a name that nobody knows.
local meant = require("moonherd.meant")

local KNOWN = { interval = 1, misses = 1, exec = 1, execArgv = 1, execPath = 1 }

describe("meant.nearest", function()
    it("finds a slip of the finger, and the case of letters", function()
        assert.equal("interval", meant.nearest("intervall", KNOWN))
        assert.equal("interval", meant.nearest("interal", KNOWN))
        assert.equal("misses", meant.nearest("mises", KNOWN))
        assert.equal("execArgv", meant.nearest("execargv", KNOWN))
        assert.equal("execArgv", meant.nearest("EXECARGV", KNOWN))
    end)

    it("finds what begins alike, the first of several by its letters", function()
        assert.equal("interval", meant.nearest("int", KNOWN))
        assert.equal("exec", meant.nearest("exe", KNOWN))
        assert.equal("execPath", meant.nearest("execPathOfTheProgram", { execPath = 1 }))
    end)

    it("offers nothing where nothing is near", function()
        assert.is_nil(meant.nearest("quux", KNOWN))
        assert.is_nil(meant.nearest("", KNOWN))
        assert.is_nil(meant.nearest("interval", {}))
    end)

    it("does not compare what is too long to be a slip", function()
        assert.is_nil(meant.nearest("interval" .. ("x"):rep(57), KNOWN))
        assert.equal("interval", meant.nearest("interval" .. ("x"):rep(56), KNOWN))
    end)
end)
