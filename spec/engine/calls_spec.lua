--- `call` of an error: the public name of what the user called, as he wrote it.
local abort = require("moonherd.abort")
local child_process = require("moonherd.child_process")
local dgram = require("moonherd.dgram")
local events = require("moonherd.events")
local http = require("moonherd.http")
local json = require("moonherd.json")
local net = require("moonherd.net")
local process = require("moonherd.process")
local timers = require("moonherd.timers")

local function call_of(fn, ...)
    local ok, err = pcall(fn, ...)
    assert.is_false(ok)
    return err.call
end

-- In these a call is not the last thing, as in most code: what is called last takes its caller's place on the stack.
local CASES = {
    ["net.createServer"] = function() local _ = net.createServer(5) end,
    ["net.connect"] = function() local _ = net.connect(-1) end,
    ["net.Socket"] = function() local _ = net.Socket(5) end,
    ["dgram.Socket"] = function() local _ = dgram.Socket(5) end,
    ["dgram.createSocket"] = function() local _ = dgram.createSocket(5) end,
    ["server:listen"] = function() local _ = net.createServer():listen(-1) end,
    ["socket:setTimeout"] = function() local _ = net.Socket():setTimeout("x") end,
    ["emitter:on"] = function() local _ = events.EventEmitter():on("x", 5) end,
    ["server:on"] = function() local _ = net.createServer():on("x", 5) end,
    ["process.on"] = function() local _ = process.on("x", 5) end,
    ["process.exit"] = function() local _ = process:exit({}) end,
    ["process.nextTick"] = function() local _ = process.nextTick(5) end,
    ["child_process.spawn"] = function() local _ = child_process.spawn(5) end,
    ["json.parse"] = function() local _ = json.parse(5) end,
    ["json.decode"] = function() local _ = json.decode(5) end,
    ["timers.setTimeout"] = function() local _ = timers.setTimeout(5) end,
    ["AbortSignal"] = function() local _ = abort.AbortSignal() end,
    ["AbortSignal.timeout"] = function() local _ = abort.AbortSignal.timeout("x") end,
    ["timeout:ref"] = function() local _ = timers.setTimeout(print, 1):close().ref() end,
}

describe("the call that an error names", function()
    for name, fn in pairs(CASES) do
        it("is " .. name, function()
            assert.equal(name, call_of(fn))
        end)
    end

    it("needs no name in the caller's code", function()
        assert.equal("child_process.spawn", call_of(child_process.spawn, 5))
        local server = net.createServer()
        local any_name = server.listen
        assert.equal("server:listen", call_of(function() local _ = any_name(server, -1) end))
        assert.equal("process.exit", call_of(process.exit, {}))
    end)

    it("is told also where the caller returns the call", function()
        local CALLS = {
            ["http.Agent"] = function() return http.Agent(5) end,
            ["http.createServer"] = function() return http.createServer(5) end,
            ["net.Socket"] = function() return net.Socket(5) end,
            ["net.createServer"] = function() return net.createServer(5) end,
            ["dgram.createSocket"] = function() return dgram.createSocket(5) end,
            ["child_process.fork"] = function() return child_process.fork(5) end,
        }
        for name, fn in pairs(CALLS) do
            assert.equal(name, call_of(fn))
        end
    end)

    it("is a global where it was called as one", function()
        local fn = loadstring("local _ = setTimeout(5)")
        setfenv(fn, { setTimeout = timers.setTimeout })
        assert.equal("setTimeout", call_of(fn))
    end)

    it("is the inner one where a listener calls us", function()
        local emitter = events.EventEmitter()
        emitter:on("x", function() local _ = net.createServer(5) end)
        assert.equal("net.createServer", call_of(function() local _ = emitter:emit("x") end))
    end)

    it("is found in a coroutine", function()
        local _, err = coroutine.resume(coroutine.create(function() local _ = json.decode(5) end))
        assert.equal("json.decode", err.call)
        assert.matches("calls_spec.lua:%d+$", err.at)
    end)

    it("is absent where nothing of ours was called", function()
        assert.is_nil(require("moonherd.errors").new("Error", "E", "m").call)
    end)
end)
