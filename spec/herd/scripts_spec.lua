--- What a user starts first: scripts/run, master.lua with app.lua and policy.lua, and the guardian by hand.
local files = require("spec.support.files")
local herd = require("spec.support.herd")
local http = require("spec.support.http")
local proc = require("spec.support.proc")
local sockets = require("spec.support.sockets")
local sys = require("spec.support.sys")

local ROOT = sys.readlink("/proc/self/cwd")

-- The policy of scripts/, in a hurry.
local POLICY = [[return {
    workers = tonumber(os.getenv("WORKERS")),
    heartbeat = { interval = %d, misses = 3 },
    respawn = { delay = 50 },
    memory = { hard = %d },
    stop = { grace = 5000 },
}]]
local BIG = 734003200

local function policy(interval, hard)
    return POLICY:format(interval, hard)
end

--- The three files in a folder of their own, with this policy.
local function copy_scripts(policy_text)
    for _, name in ipairs({ "master.lua", "app.lua" }) do
        files.write(name, assert(sys.slurp(ROOT .. "/scripts/" .. name)))
    end
    files.write("policy.lua", policy_text)
    return files.path("master.lua")
end

local function start_master(policy_text, workers)
    local master = herd.start({
        file = copy_scripts(policy_text),
        env = { HOST = "127.0.0.1", PORT = "0", WORKERS = tostring(workers) },
    })
    herd.expect_count(master, "serves http://", workers)
    local port = tonumber(master:text():match("serves http://127%.0%.0%.1:(%d+)"))
    return master, port
end

--- The answer of "/", from any worker.
local function hello(port)
    local answer = http.get(port, "/")
    assert.equal(200, answer.status)
    local id, pid = answer.body:match("^hello from worker (%d+) %(pid (%d+)%)\n$")
    assert.is_truthy(id, answer.body)
    return tonumber(id), tonumber(pid)
end

--- A request that ends its worker: the connection ends without an answer.
local function fatal(port, path)
    local client = http.connect(port)
    client:send(("GET %s HTTP/1.1\r\nHost: x\r\n\r\n"):format(path))
    return client
end

local function stop(master, signal)
    local workers = herd.workers(master)
    master:kill(signal)
    local done = master:wait_closed(10)
    herd.expect_gone(workers)
    return done
end

describe("scripts/run", function()
    after_each(herd.cleanup)

    it("serves from any folder, says where and by whom, and leaves nothing behind when it is asked to end", function()
        for _, signal in ipairs({ "SIGTERM", "SIGINT" }) do
            local master = proc.start({
                command = ROOT .. "/scripts/run",
                cwd = "/",
                env = { HOST = "127.0.0.1", PORT = "0", WORKERS = "2" },
            })
            herd.expect_count(master, "serves http://127%.0%.0%.1:%d+", 2, 60)
            local port = tonumber(master:text():match("serves http://127%.0%.0%.1:(%d+)"))
            local _, pid = hello(port)
            assert.is_truthy(master:text():find(("(pid %d) serves"):format(pid), 1, true))
            local done = stop(master, signal)
            assert.equal(0, done.code, done.stderr)
            assert.equal("", done.stderr) -- nothing was built or installed: it was there
            assert.is_nil((http.try_connect(port)))
        end
    end)

    it("runs another script, with its arguments and its exit code", function()
        local script = files.write("other.lua", 'print(process.argv[2], ...) process.exit(3)')
        local master = proc.start({ command = ROOT .. "/scripts/run", cwd = "/", script, "a b", "-x" })
        local done = master:wait_closed(60)
        assert.equal(script .. "\ta b\t-x\n", done.stdout)
        assert.equal(3, done.code)
    end)
end)

describe("scripts/test", function()
    it("names a path that is not there, before it runs the others", function()
        local command = proc.start({
            command = ROOT .. "/scripts/test", cwd = ROOT, "spec/lua", "spec/lua/misspelt.lua",
        })
        local done = command:wait_closed(20)
        assert.equal("moonherd: there is no spec/lua/misspelt.lua\n", done.stderr)
        assert.equal(1, done.code)
    end)
end)

describe("master.lua and app.lua", function()
    after_each(herd.cleanup)

    it("answer with the worker's id and pid, and 404 with what there is", function()
        local master, port = start_master(policy(1000, BIG), 2)
        local seen = {}
        for _ = 1, 4 do
            local id, pid = hello(port)
            seen[id] = pid
        end
        assert.same(herd.workers(master), { seen[1], seen[2] })
        local answer = http.get(port, "/nowhere")
        assert.equal(404, answer.status)
        assert.matches("/throw /loop /leak", answer.body)
        assert.equal(200, http.get(port, "/?query").status)
    end)

    it("survive what each of the routes does to a worker", function()
        local master, port = start_master(policy(400, 64 * 2 ^ 20), 2)
        local expected = {
            ["/throw"] = { "is gone: exit code 1", "thrown on purpose by /throw.*stack traceback:.*app.lua:%d+" },
            ["/loop"] = { "hangs and is killed: no answer to 3 pings in %d+ ms: running; last request: GET /loop" },
            ["/leak"] = { "is gone: exit code 1", "memory limit of 64 MiB passed %(%d+ MiB%); leaving" },
        }
        local replaced = 0
        for _, path in ipairs({ "/throw", "/loop", "/leak" }) do
            local client = fatal(port, path)
            -- The other worker serves meanwhile.
            hello(port)
            assert.equal("", client:read_to_end(20))
            replaced = replaced + 1
            herd.expect_count(master, "is replaced in 0%.1 s", replaced, 20)
            herd.expect_count(master, "serves http://", 2 + replaced, 20)
            master:expect(expected[path][1])
            if expected[path][2] then
                master:expect(expected[path][2], 5, "stderr")
            end
        end
        assert.equal(2, #herd.workers(master))
        assert.equal(0, stop(master, "SIGTERM").code)
    end)

    it("apply policy.lua again at SIGHUP, to the herd that runs; a broken file is named and changes nothing", function()
        local master, port = start_master("return { workers = 1 }", 1)
        local _, first = hello(port)

        files.write("policy.lua", "return { workers = 3 }")
        herd.kill(master.pid, "SIGHUP")
        master:expect("policy%.lua applied: 3 workers")
        herd.expect_count(master, "serves http://", 3)
        assert.equal(first, herd.workers(master)[1])

        local broken = {
            ["return { workers = "] = "policy%.lua:1: ",
            ["return { workers = -1 }"] = "workers must be an integer from 1 to 4096, got %-1",
            ["return { heartbeet = { misses = 2 } }"] = "heartbeet.*heartbeat",
            ["error('not today')"] = "not today",
            ["return 7"] = "must be a table, got 7",
            ["-- nothing"] = "it returns nothing",
        }
        local count = 0
        for text, message in pairs(broken) do
            files.write("policy.lua", text)
            herd.kill(master.pid, "SIGHUP")
            count = count + 1
            herd.expect_count(master, "policy%.lua not applied, the old values stay: [^\n]+", count, 5, "stderr")
            master:expect(message, 5, "stderr")
        end
        assert.equal(3, #herd.workers(master))
        hello(port)

        files.write("policy.lua", "return { workers = 1 }")
        herd.kill(master.pid, "SIGHUP")
        master:expect("policy%.lua applied: 1 worker\n")
        herd.wait_for(master, function() return #herd.workers(master) == 1 end, 5, "one worker")
        local _, last = hello(port)
        assert.equal(first, last)
    end)

    it("do not start with a broken policy", function()
        local done = herd.run({ file = copy_scripts("return { workers = 'many' }"), env = { PORT = "0" } })
        assert.equal(1, done.code)
        assert.matches("policy%.lua not applied, nothing is started: .*workers must be an integer", done.stderr)
        assert.equal("", done.stdout)

        local own = sys.slurp(ROOT .. "/scripts/policy.lua")
        done = herd.run({ file = copy_scripts(own), env = { PORT = "0", WORKERS = "many" } })
        assert.matches('nothing is started: .*workers must be an integer.*got "many"', done.stderr)
    end)

    it("take empty variables for missing ones, and say in one line what cannot be listened on", function()
        local _, port = sockets.serve()
        local env = { HOST = "", PORT = tostring(port), WORKERS = "1" }
        local master = herd.start({ file = copy_scripts("return { workers = 1 }"), env = env })
        local wanted = "worker 1 %(pid %d+%): cannot serve: bind EADDRINUSE 127%.0%.0%.1:" .. env.PORT .. "; HOST"
        master:expect(wanted, 10, "stderr")
        master:expect("worker 1 %(pid %d+%) is gone: exit code 1")
        assert.is_nil(master:text("stderr"):find("traceback", 1, true))
        stop(master, "SIGTERM")
        sockets.cleanup()

        env.PORT = "http"
        master = herd.start({ file = copy_scripts("return { workers = 1 }"), env = env })
        master:expect("should be >= 0 and < 65536%. Received type string %('http'%)", 10, "stderr")
        stop(master, "SIGTERM")
    end)

    it("name every kind of address", function()
        local path = files.path("app.sock")
        local kinds = {
            ["0"] = "http://%*:%d+\n",
            ["0, '127.0.0.1'"] = "http://127%.0%.0%.1:%d+\n",
            ["0, '::1'"] = "http://%[::1%]:%d+\n",
            [("%q"):format(path)] = path:gsub("%p", "%%%0") .. "\n",
        }
        for arguments, shown in pairs(kinds) do
            local file = copy_scripts("return { workers = 1 }")
            files.write("app.lua", ("require('http').createServer():listen(%s)"):format(arguments))
            local master = herd.start({ file = file })
            master:expect("worker 1 %(pid %d+%) serves " .. shown, 10)
            assert.equal(0, stop(master, "SIGTERM").code)
        end
    end)
end)

describe("examples/guardian.lua", function()
    after_each(herd.cleanup)

    local PATH = ROOT .. "/scripts/examples/guardian.lua"

    it("replaces who throws, loops or is stopped, on nothing but Node's names", function()
        local master = herd.start({ file = PATH, env = { PORT = "0", INTERVAL = "100", DELAY = "100" } })
        local cpus = select(2, sys.slurp("/proc/cpuinfo"):gsub("%f[^\n%z]processor", ""))
        local workers = math.max(1, math.ceil(cpus / 2))
        herd.expect_count(master, "worker %d+ started", workers)
        -- A stopped one, as each of them would be.
        local victim = herd.workers(master)[1]
        herd.kill(victim, "SIGSTOP")
        master:expect(("worker %d does not answer: killed"):format(victim), 10)
        master:expect(("worker %d is gone: SIGKILL"):format(victim), 10)
        herd.expect_count(master, "worker %d+ started", workers + 1, 10)

        local code = sys.slurp(PATH):gsub("%-%-[^\n]*", "")
        for _, ours in ipairs({ "guard", "facts", "hasRef", "moonherd", "core" }) do
            assert.is_nil(code:find(ours, 1, true), ours)
        end
    end)
end)
