--- process.report: what stands in a report of a program that has things open, and what makes one by itself.
local files = require("spec.support.files")
local proc = require("spec.support.proc")

local function passes(script, env)
    local done = proc.start({ files.write("script.lua", script), env = env }):wait(60)
    assert.equal("", done.stderr)
    assert.equal(0, done.code)
    return done.stdout
end

describe("process.report", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("lists what is open, with kinds, ages and addresses", function()
        passes [[
            local net = require("net")
            local function find(kind, fits)
                for _, handle in ipairs(process.report.getReport().handles) do
                    if handle.kind == kind and (not fits or fits(handle)) then return handle end
                end
            end
            local server
            server = net.createServer(function(connection)
                local port = server:address().port
                local listener = find("listener")
                assert(listener.type == "TCPServerWrap" and listener.is_referenced and listener.fd > 2)
                assert(listener.address:match("^0x%x+$") and listener.age_ms >= 0)
                assert(listener.localEndpoint.port == port and listener.localEndpoint.host == "127.0.0.1")
                local stream = find("stream", function(each) return each.remoteEndpoint.port == port end)
                assert(stream.type == "TCPSocketWrap" and stream.writeQueueSize == 0)
                local child = require("child_process").spawn("sleep", { "60" })
                assert(find("process").pid == child.pid)
                assert(find("process").type == "ProcessWrap" and find("stream", function(each)
                    return each.type == "PipeWrap"
                end))
                connection:unref()
                assert(find("stream", function(each) return not each.is_referenced end))
                child:kill()
                connection:destroy()
                server:close()
            end)
            server:listen(0, "127.0.0.1", function() net.connect(server:address().port, "127.0.0.1") end)
        ]]
    end)

    it("names a master's workers", function()
        local out = passes [[
            local cluster = require("cluster")
            if cluster.isWorker then return process.on("message", function() end) end
            local worker = cluster.fork()
            worker:on("online", function()
                local listed = process.report.getReport().workers
                assert(#listed == 1 and listed[1].id == 1 and listed[1].pid == worker.process.pid)
                print(listed[1].state)
                worker:kill()
            end)
        ]]
        assert.equal("online\n", out)
    end)

    it("is JSON whatever the environment holds", function()
        passes([[
            local text = process.report.writeReport("stdout")
            assert(text == "stdout")
        ]], { STRANGE = "a\255b", FINE = "ä" })
        local out = passes([[process.report.compact = true process.report.writeReport("stdout")]],
            { STRANGE = "a\255b", FINE = "ä" })
        local report = require("moonherd.json").decode(out)
        assert.equal("a\\xFFb", report.environmentVariables.STRANGE)
        assert.equal("ä", report.environmentVariables.FINE)
    end)

    it("is made when the memory limit is passed, if that was asked for", function()
        local folder = files.dir()
        local done = proc.start({ files.write("script.lua", [[
            process.report.directory, process.report.filename = process.env.DIR, "memory.json"
            process.report.reportOnFatalError = true
            require("moonherd.process.memory").limit(100 * 1024 * 1024)
            local kept = {}
            while true do kept[#kept + 1] = ("x"):rep(1000) .. #kept end
        ]]), env = { DIR = folder } }):wait(60)
        assert.equal(1, done.code)
        assert.matches("memory limit of 100 MiB passed", done.stderr)
        local file = assert(io.open(folder .. "/memory.json"))
        local report = require("moonherd.json").decode(file:read("*a"))
        file:close()
        assert.equal("FatalError", report.header.trigger)
        assert.matches("^memory limit of 100 MiB passed", report.header.event)
        assert.equal(100 * 1024 * 1024, report.luaHeap.memoryLimit)
    end)

    it("refuses a setting that there is not, and a signal that cannot be caught, without a change", function()
        passes [[
            local report = process.report
            local function code(name, value)
                return select(2, pcall(function() report[name] = value end)).code
            end
            assert(code("onSignal", true) == "ERR_INVALID_ARG_VALUE")
            report.reportOnSignal = true
            assert(code("signal", "SIGKILL") == "EINVAL")
            assert(report.signal == "SIGUSR2" and process.listenerCount("SIGUSR2") == 1)
            assert(report:getReport().header.trigger == "GetReport")
            report.reportOnSignal = true
            assert(process.listenerCount("SIGUSR2") == 1)
        ]]
    end)
end)
