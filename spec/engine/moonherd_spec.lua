--- The engine lent a plain luajit: require "moonherd" and moonherd.run().
local files = require("spec.support.files")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")

local ROOT = sys.readlink("/proc/self/cwd")
local BUILD = os.getenv("MOONHERD_BUILD") or "build/release"

local function luajit(code, ...)
    return proc.run {
        command = "luajit", "-e", code, ...,
        env = {
            LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;;"):format(ROOT, ROOT),
            LUA_CPATH = (BUILD:sub(1, 1) == "/" and BUILD or ROOT .. "/" .. BUILD) .. "/lib/?.so;;",
        },
    }
end

describe("moonherd under a plain luajit", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("runs the loop to its end, with beforeExit and exit, and returns the code", function()
        local done = luajit [[
            local moonherd = require "moonherd"
            local process = moonherd.process
            process.once("beforeExit", function(code)
                print("beforeExit", code)
                moonherd.timers.setTimeout(print, 1, "more")
            end)
            process.on("exit", function(code) print("exit", code) end)
            moonherd.timers.setTimeout(function() print("timer") process.exitCode = 3 end, 1)
            process.nextTick(print, "tick")
            os.exit(moonherd.run())
        ]]
        assert.equal("tick\ntimer\nbeforeExit\t3\nmore\nexit\t3\n", done.stdout)
        assert.equal("", done.stderr)
        assert.equal(3, done.code)
    end)

    it("treats errors in callbacks and in beforeExit as the program does", function()
        local done = luajit [[
            local moonherd = require "moonherd"
            moonherd.process.once("beforeExit", function() error("boom") end)
            moonherd.process.on("exit", function(code) print("exit", code) end)
            moonherd.run()
        ]]
        assert.equal(1, done.code)
        assert.equal("exit\t1\n", done.stdout)
        assert.matches("^moonherd: uncaught error: .*boom", done.stderr)
        done = luajit [[
            local moonherd = require "moonherd"
            moonherd.process.on("uncaughtException", function(err) print("caught", err) end)
            moonherd.timers.setTimeout(error, 1, "boom", 0)
            print(moonherd.run())
        ]]
        assert.equal("caught\tboom\n0\n", done.stdout)
    end)

    it("ends with process.exit, from a callback or outside of one", function()
        assert.equal(4, luajit("require('moonherd').process.exit(4)").code)
        assert.equal(5, luajit([[
            local moonherd = require "moonherd"
            moonherd.timers.setImmediate(moonherd.process.exit, 5)
            moonherd.run()
        ]]).code)
    end)

    it("leaves globals and short names alone unless asked", function()
        local done = luajit [[
            require("moonherd").run()
            print(process, setTimeout, (pcall(require, "cluster")))
            require("moonherd").install()
            print(type(process), type(setTimeout), require("json") == require("moonherd.json"))
        ]]
        assert.equal("nil\tnil\tfalse\ntable\tfunction\ttrue\n", done.stdout)
    end)

    it("forks scripts that talk to it, alone and as a herd", function()
        local script = files.write("both.lua", [[
            local moonherd = require "moonherd"
            local cluster, process = moonherd.cluster, moonherd.process
            if not cluster.isPrimary then
                process.on("message", function(message)
                    process.send(message .. ", worker " .. cluster.worker.id)
                    cluster.worker:disconnect()
                end)
            elseif process.argv[3] then
                process.on("message", function(message) process.send(message .. ", child") process.disconnect() end)
            else
                local child = moonherd.child_process.fork(process.argv[2], { "child" })
                child:on("message", function(message)
                    print(message)
                    cluster.fork():send("hello")
                end)
                child:send("hello")
                cluster.on("online", function(worker) print("online", worker.id) end)
                cluster.on("message", function(_, message) print(message) end)
                cluster.on("exit", function(_, code) print("exit", code) end)
            end
            os.exit(moonherd.run())
        ]])
        local done = luajit("arg = { [0] = '" .. script .. "' } dofile(arg[0])")
        assert.equal("", done.stderr)
        assert.equal("hello, child\nonline\t1\nhello, worker 1\nexit\t0\n", done.stdout)
    end)

    it("refuses to turn the loop from one of its callbacks", function()
        local done = luajit [[
            local moonherd = require "moonherd"
            moonherd.timers.setTimeout(function() print(pcall(moonherd.run)) end, 1)
            moonherd.run()
        ]]
        assert.matches("^false\t.*running already", done.stdout)
    end)
end)
