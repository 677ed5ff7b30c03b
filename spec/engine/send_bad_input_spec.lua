--- What a child has only with a channel, `send` and `disconnect`, with everything that they cannot mean. The functions
--- of modules and classes: bad_input_spec.lua.
local answers = require("spec.support.bad_answers")
local child_process = require("moonherd.child_process")
local values = require("spec.support.bad_values")
local wait = require("spec.support.wait")

local SEND = { call = "child:send" }

local function nothing() end

--- With a channel that nobody reads at the other end.
local function open_child()
    local child = child_process.spawn("cat", { stdio = { "pipe", "ignore", "ignore", "ipc" } })
    child:on("error", nothing)
    return child
end

-- What each place admits, by Lua's types; more is said by Node's forms of the call.
local PLACES = {
    { name = "message", at = 1, admits = { string = true, number = true, boolean = true, table = true, cdata = true } },
    -- A function in the place of the handle or the options is the callback. What is wrong with a handle has no name.
    { name = "handle", at = 2, admits = { ["nil"] = true, ["function"] = true } },
    { name = "options", at = 3, admits = { ["nil"] = true, ["function"] = true, table = true } },
    { name = "callback", at = 4, admits = { ["nil"] = true, ["function"] = true } },
}

describe("bad input of a child with a channel", function()
    for _, place in ipairs(PLACES) do
        it("to send: " .. place.name, function()
            local complaints = {}
            for name, value in values.each() do
                local child = open_child()
                local args = { n = 4, "message" }
                args[place.at] = value
                local ok, err = answers.call("colon", child, "send", args)
                local admitted = place.admits[type(value)]
                local wrong
                if ok then
                    wrong = not admitted and "accepted in silence" or nil
                else
                    wrong = admitted and tostring(err) or answers.fault(err, SEND, place.name)
                end
                if wrong then
                    complaints[#complaints + 1] = ("%s: %s"):format(name, wrong)
                end
                child:kill("SIGKILL")
            end
            wait.turn()
            assert.equal("", table.concat(complaints, "\n"))
        end)
    end

    it("to send: a dot for the colon", function()
        local child = open_child()
        for _, object in ipairs({ false, 5, "text", {} }) do
            local ok, err = answers.call("dot", child, "send", { n = 2, object or nil, "message" })
            assert.is_false(ok)
            assert.is_nil(answers.fault(err, SEND))
        end
        child:kill("SIGKILL")
    end)

    it("to disconnect", function()
        local child = open_child()
        for _, object in ipairs({ false, 5, "text", {} }) do
            local ok, err = answers.call("dot", child, "disconnect", { n = 1, object or nil })
            assert.is_false(ok)
            assert.is_nil(answers.fault(err, { call = "child:disconnect" }))
        end
        assert.is_true(child.connected)
        child:kill("SIGKILL")
    end)

    it("when the channel has ended: told by events, raised only where nobody listens", function()
        local child = open_child()
        child:disconnect()
        wait.turn()
        for name, value in values.each() do
            assert.is_true((answers.call("colon", child, "send", { n = 1, value })), name)
        end
        assert.is_true((answers.call("colon", child, "disconnect", { n = 0 })))
        child:removeAllListeners("error")
        local ok, err = answers.call("colon", child, "disconnect", { n = 0 })
        assert.is_false(ok)
        assert.equal("ERR_IPC_DISCONNECTED", err.code)
        child:on("error", nothing)
        child:kill("SIGKILL")
        wait.turn()
    end)
end)
