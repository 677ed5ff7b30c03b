--- scripts/examples, the small ones: each does what its header says, and answers wrong use in words. The large ones
--- have specs of their own (example_*_spec.lua).
local files = require("spec.support.files")
local herd = require("spec.support.herd")
local http = require("spec.support.http")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")

local EXAMPLES = sys.readlink("/proc/self/cwd") .. "/scripts/examples/"

--- Starts an example; options as for proc.start, arguments in its list.
local function start(name, options)
    options = options or {}
    table.insert(options, 1, EXAMPLES .. name .. ".lua")
    options.env = options.env or {}
    options.env.HOST = options.env.HOST or "127.0.0.1"
    options.env.PORT = options.env.PORT or "0"
    return proc.start(options)
end

local function run(name, options)
    return start(name, options):wait_closed(30)
end

local function assert_ended(done, code)
    assert.equal(code or 0, done.code, done.stdout .. done.stderr)
end

describe("every example", function()
    it("says how it is run, what to look at, and has a spec", function()
        local specs = sys.slurp("spec/herd/examples_spec.lua") .. sys.slurp("spec/herd/scripts_spec.lua")
            .. sys.slurp("spec/herd/example_chat_spec.lua") .. sys.slurp("spec/herd/example_pool_spec.lua")
            .. sys.slurp("spec/herd/example_ticks_spec.lua")
        local count = 0
        for _, name in ipairs(sys.list(EXAMPLES)) do
            local text = sys.slurp(EXAMPLES .. name)
            if name:find("%.lua$") then
                count = count + 1
                assert.equal(("-- %s - "):format(name), text:match("^%-%- %S+ %- "), name)
                assert.is_truthy(text:find("scripts/run scripts/examples/" .. name, 1, true), name)
                assert.is_truthy(specs:find('"' .. name:gsub("%.lua$", "") .. '"', 1, true)
                    or specs:find(name, 1, true), name .. " has no spec")
            end
        end
        assert.is_true(count >= 17)
    end)
end)

describe("child_process.lua", function()
    after_each(herd.cleanup)

    it("shows what several commands write, line by line, and how each ended", function()
        local done = run("child_process", {
            "echo one; sleep 0.1; printf two", "echo wrong >&2; exit 3", "kill -KILL $$", env = { TIMEOUT = "20000" },
        })
        assert_ended(done, 2)
        for _, line in ipairs({
            "1 | one", "1 | two", "1 | exit code 0", "2 | wrong", "2 | exit code 3", "3 | ended by SIGKILL",
        }) do
            assert.is_truthy(("\n" .. done.stdout):find("\n" .. line .. "\n", 1, true), done.stdout)
        end
    end)

    it("ends what takes too long, and what is no command", function()
        local done = run("child_process", { "sleep 600; true", "no-such-command", env = { TIMEOUT = "300" } })
        assert_ended(done, 2)
        assert.is_truthy(done.stdout:find("1 | ended by SIGTERM after 300 ms\n", 1, true), done.stdout)
        assert.matches("2 | .*not found", done.stdout)
        assert.is_truthy(done.stdout:find("2 | exit code 127\n", 1, true))
    end)

    it("takes what it has started along when it is told to end", function()
        local job = start("child_process", { "sleep 600; true", "sleep 601; true", env = { TIMEOUT = "600000" } })
        job:expect("2 | $ sleep 601")
        job:kill("SIGINT")
        local done = job:wait_closed(30)
        assert_ended(done, 2)
        assert.is_truthy(done.stdout:find("1 | ended by SIGTERM\n", 1, true), done.stdout)
        assert.is_truthy(done.stdout:find("2 | ended by SIGTERM\n", 1, true), done.stdout)
    end)

    it("has commands of its own", function()
        local done = run("child_process")
        assert_ended(done, 1)
        assert.is_truthy(done.stdout:find("1 | step 3\n", 1, true), done.stdout)
    end)
end)

describe("cluster.lua", function()
    after_each(herd.cleanup)

    it("replaces all workers and loses no request meanwhile", function()
        local master = start("cluster", { env = { WORKERS = "2" } })
        local port = tonumber(master:expect("serves http://127%.0%.0%.1:(%d+)"))
        master:expect("replaces them")
        for round = 1, 2 do
            master:kill("SIGHUP")
            repeat
                local answer = http.get(port, "/")
                assert.equal(200, answer.status)
            until herd.count(master, "all is replaced") == round
        end
        for _ = 1, 4 do
            local id = tonumber(http.get(port, "/").body:match("worker (%d+)"))
            assert.is_true(id == 5 or id == 6)
        end
        assert.equal("", master:text("stderr"))
        assert.equal(2, #herd.workers(master))
    end)

    it("starts another for one that is killed, and replaces that too", function()
        local master = start("cluster", { env = { WORKERS = "2" } })
        master:expect("replaces them")
        herd.kill(master:text():match("worker 2 %(pid (%d+)%)"))
        master:expect("worker 2 died %(SIGKILL%)\n.*worker 3 %(pid %d+%) serves")
        master:kill("SIGHUP")
        master:expect("worker 1 has finished\n.*worker 3 has finished\n.*all is replaced")
        assert.equal(2, #herd.workers(master))
        assert.equal("", master:text("stderr"))
    end)

    it("says where it cannot serve, and ends", function()
        local master = start("cluster", { env = { WORKERS = "1" } })
        local port = master:expect("serves http://127%.0%.0%.1:(%d+)")
        local done = run("cluster", { env = { WORKERS = "1", PORT = port } })
        assert_ended(done, 1)
        assert.matches("^cannot serve: [^\n]*EADDRINUSE[^\n]*; PORT and HOST change it\nworker 1 does not come up",
            done.stderr)
    end)

    it("keeps the old ones when the new ones do not come up", function()
        local script = files.write("copy.lua", sys.slurp(EXAMPLES .. "cluster.lua"))
        local master = herd.start({ file = script, env = { HOST = "127.0.0.1", PORT = "0", WORKERS = "1" } })
        local port = tonumber(master:expect("serves http://127%.0%.0%.1:(%d+)"))
        master:expect("replaces them")
        files.write("copy.lua", "error('a mistake')")
        master:kill("SIGHUP")
        master:expect("no more are replaced: those there are go on")
        master:expect("worker 2 does not come up", 5, "stderr")
        assert.matches("worker 1", http.get(port, "/").body)
    end)
end)

describe("process.lua", function()
    after_each(herd.cleanup)

    it("does its pieces and says so", function()
        local done = run("process", { env = { JOBS = "3", STEP = "20" } })
        assert_ended(done)
        assert.matches("pid %d+, 3 pieces of 20 ms\npiece 1 of 3.*piece 3 of 3 is done\n3 of 3 pieces, exit code 0\n$",
            done.stdout)
    end)

    it("finishes the piece in hand when asked to end, and tells how it is", function()
        local job = start("process", { env = { JOBS = "1000", STEP = "50" } })
        job:expect("piece 1 of 1000")
        job:kill("SIGUSR2")
        job:expect("%d+ of 1000 done in %d+ s; %d+ MiB resident, %d+ ms of processor\n")
        job:kill("SIGTERM")
        local done = job:wait_closed()
        assert_ended(done, 2)
        assert.matches("SIGTERM: ends when the piece in hand is done\npiece %d+ of 1000 is done\n"
            .. "%d+ of 1000 pieces, exit code 2\n$", done.stdout)
    end)

    it("ends at once when asked twice", function()
        local job = start("process", { env = { STEP = "60000" } })
        job:expect("pid %d+")
        job:kill("SIGINT")
        job:expect("SIGINT: ends")
        job:kill("SIGINT")
        local done = job:wait_closed()
        assert_ended(done, 1)
        assert.matches("SIGINT again: at once\n0 of 10 pieces, exit code 1\n$", done.stdout)
    end)
end)

describe("net.lua", function()
    after_each(herd.cleanup)

    local function serve(env)
        local store = start("net", { env = env })
        return store, tonumber(store:expect("the store is at 127%.0%.0%.1:(%d+)"))
    end

    it("answers line by line, however they come", function()
        local store, port = serve()
        local client = http.connect(port)
        client:send("set colour blue\r\nget colour\nkeys\nset a b c\nget a\ndel a\nget a\n")
        for piece in ("get colour\n"):gmatch(".") do
            client:send(piece)
        end
        client:send("nonsense\nset x\nget\nquit\nget colour\n")
        assert.equal("ok\nblue\ncolour\nok\nb c\nok\n?\nblue\n"
            .. ("! set KEY VALUE, get KEY, del KEY, keys, quit\n"):rep(3), client:read_to_end())
        assert.equal("", store:text("stderr"))
    end)

    it("holds back who sends and never reads, and lets go of sleepers and endless lines", function()
        local store, port = serve({ IDLE = "300" })
        local sleeper = http.connect(port)
        assert.equal("! you are asleep\n", sleeper:read_to_end())
        local endless = http.connect(port)
        endless:send(("x"):rep(70000))
        assert.equal("! a line of that length\n", endless:read_to_end())
        assert.equal("", store:text("stderr"))
        store, port = serve()
        local other = http.connect(port)
        other:send("set big " .. ("y"):rep(50000) .. "\n")
        assert.equal("ok\n", other:read_until("\n"))
        local greedy = http.connect(port)
        local ok = pcall(greedy.send, greedy, ("get big\n"):rep(4000000), 1)
        assert.is_false(ok) -- 200 GB of answers are not what the store will hold for it
        local rss = tonumber(sys.slurp(("/proc/%d/statm"):format(store.pid)):match("^%d+ (%d+)")) * 4096
        assert.is_true(rss < 150 * 2 ^ 20, ("%d MiB"):format(rss / 2 ^ 20))
        assert.equal("", store:text("stderr"))
    end)

    it("takes a path, and says where it cannot listen", function()
        local path = files.path("store.sock")
        local store = start("net", { env = { PORT = path } })
        store:expect("the store is at " .. path:gsub("%p", "%%%0"))
        local client = http.connect(path)
        client:send("keys\n")
        client:read_until("\n")
        local done = run("net", { env = { PORT = path } })
        assert_ended(done, 1)
        assert.matches("cannot listen: listen EADDRINUSE.*PORT and HOST change it\n$", done.stderr)
    end)
end)

describe("http.lua", function()
    after_each(herd.cleanup)

    local function ask(port, method, path, body)
        local client = http.connect(port)
        client:send(("%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"):format(
            method, path, #(body or ""), body or ""))
        local answer = client:response()
        return answer.status, answer.body
    end

    it("keeps a list", function()
        local server = start("http")
        local port = tonumber(server:expect("http://127%.0%.0%.1:(%d+)/todos"))
        assert.same({ 200, "[]\n" }, { ask(port, "GET", "/todos") })
        local status, body = ask(port, "POST", "/todos", '{"text":"feed the herd"}')
        assert.equal(201, status)
        assert.matches('"text":"feed the herd"', body)
        assert.equal(201, ask(port, "POST", "/todos?x", '{"text":"sleep"}'))
        assert.equal(200, ask(port, "DELETE", "/todos/1"))
        assert.equal(404, ask(port, "DELETE", "/todos/1"))
        status, body = ask(port, "GET", "/todos")
        assert.equal(200, status)
        assert.is_nil(body:find("feed", 1, true))
        assert.matches('^%[{.*"text":"sleep".*}%]\n$', body)
        assert.equal("", server:text("stderr"))
    end)

    it("refuses what is wrong, and serves on", function()
        local server = start("http")
        local port = tonumber(server:expect("http://127%.0%.0%.1:(%d+)/todos"))
        for _, bad in ipairs({ "", "{", "[]", "5", '{"text":5}', '{"txt":"x"}', "null" }) do
            assert.equal(400, ask(port, "POST", "/todos", bad), bad)
        end
        assert.equal(404, ask(port, "GET", "/"))
        assert.equal(404, ask(port, "DELETE", "/todos/99999999999999999999"))
        assert.equal(413, ask(port, "POST", "/todos", ("x"):rep(200000)))
        for _ = 1, 20 do
            local client = http.connect(port)
            client:send("POST /todos HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
            client:reset()
        end
        assert.equal(200, ask(port, "GET", "/todos"))
        assert.equal("", server:text("stderr"))
        local done = run("http", { env = { PORT = tostring(port) } })
        assert_ended(done, 1)
        assert.matches("cannot serve: listen EADDRINUSE.*HOST and PORT change it\n$", done.stderr)
    end)
end)

describe("dgram.lua", function()
    after_each(herd.cleanup)

    it("answers, and says how long it took", function()
        local server = start("dgram")
        local port = server:expect("answering on 127%.0%.0%.1 port (%d+)")
        local done = run("dgram", { "5", env = { PORT = port } })
        assert_ended(done)
        assert.matches("1: %d+%.%d%d ms\n.*5: %d+%.%d%d ms\n5 sent, 0 lost, %d+%.%d%d ms on average\n$", done.stdout)
        local other = run("dgram", { env = { PORT = port } })
        assert_ended(other, 1)
        assert.matches("cannot answer there: bind EADDRINUSE.*PORT and HOST change it", other.stderr)
    end)

    it("tells what is lost", function()
        local server = start("dgram")
        local port = server:expect("port (%d+)")
        server:kill("SIGSTOP")
        local done = run("dgram", { "1", env = { PORT = port } })
        server:kill("SIGCONT")
        assert_ended(done, 1)
        assert.equal("1: lost\n1 sent, 1 lost\n", done.stdout)
    end)
end)

describe("dns.lua", function()
    after_each(herd.cleanup)

    it("looks names up side by side", function()
        local done = run("dns", { "localhost", "127.0.0.9", "host.invalid" })
        assert_ended(done, 1)
        assert.matches("localhost +%d+%.%d ms  [%d.:]+", done.stdout)
        assert.matches("127%.0%.0%.9 +%d+%.%d ms  127%.0%.0%.9\n", done.stdout)
        assert.matches("host%.invalid +%d+%.%d ms  E%u+", done.stdout)
        assert_ended(run("dns"))
    end)
end)

describe("events.lua", function()
    after_each(herd.cleanup)

    it("counts down", function()
        local done = run("events", { env = { FROM = "3", STEP = "5" } })
        assert_ended(done)
        assert.equal("here we go\n3...\n2...\n1...\nlift-off\n", done.stdout)
    end)

    it("cannot count down from nothing, and can be stopped", function()
        local done = run("events", { env = { FROM = "0" } })
        assert_ended(done, 1)
        assert.equal("no countdown: cannot count down from 0\n", done.stderr)
        local countdown = start("events", { env = { FROM = "1000", STEP = "5" } })
        countdown:expect("999%.%.%.")
        countdown:kill("SIGINT")
        done = countdown:wait_closed()
        assert_ended(done)
        assert.matches("%d+%.%.%.\nstopped with %d+ to go\n$", done.stdout)
    end)
end)

describe("timers.lua", function()
    after_each(herd.cleanup)

    it("searches once, and moves the bar as often as it may", function()
        local done = run("timers")
        assert_ended(done)
        local moves = tonumber(done.stdout:match("20 keys, (%d+) moves of the bar, %d+ search"))
        assert.is_true(moves >= 2 and moves <= 20, done.stdout)
        assert.matches("\n####################\n", done.stdout)
        assert.matches("search for how to herd the moon\n", done.stdout)
        assert.is_nil(done.stdout:find("still here", 1, true))
    end)
end)

describe("json.lua", function()
    after_each(herd.cleanup)

    local function part(text, ...)
        return run("json", { stdin = text, ... })
    end

    it("shows a part of a document", function()
        local DOCUMENT = '{"users":[{"name":"Ann","tags":[],"boss":null}],"5":"five"}'
        assert.equal('"Ann"\n', part(DOCUMENT, "users.1.name").stdout)
        assert.equal("[]\n", part(DOCUMENT, "users.1.tags").stdout)
        assert.equal("null\n", part(DOCUMENT, "users.1.boss").stdout)
        assert.equal('"five"\n', part(DOCUMENT, "5").stdout)
        assert.matches('^{\n  "', part(DOCUMENT).stdout)
    end)

    it("says what is wrong", function()
        for text, way in pairs({ ["{"] = "", [""] = "a", ["[1,]"] = "1" }) do
            local done = part(text, way)
            assert_ended(done, 1)
            assert.matches("^not JSON: ", done.stderr)
        end
        for _, way in ipairs({ "a.c", "b", "a.b.c", "1" }) do
            local done = part('{"a":{"b":5}}', way)
            assert_ended(done, 2)
            assert.matches("^there is no ", done.stderr)
        end
    end)
end)

describe("console.lua", function()
    after_each(herd.cleanup)

    it("tells people the results, and its keeper the rest", function()
        local done = run("console")
        assert_ended(done)
        assert.matches("tea: 2%.50\n.*cake: 3%.00\n.*The bill\n  3 orders\n  total 5%.50\nbill: ", done.stdout)
        assert.matches("^order 19 has no price: { id = 19, name = 'nothing' }\n"
            .. "Assertion failed: that was a small one: 5%.5\n", done.stderr)
    end)
end)

describe("abort.lua", function()
    after_each(herd.cleanup)

    it("takes the first answer and stops the others", function()
        local done = run("abort", { "exec sleep 600", "sleep 0.1; echo fast", "exit 7", env = { TIMEOUT = "60000" } })
        assert_ended(done)
        assert.is_truthy(done.stdout:find("exit 7: failed with 7\n", 1, true), done.stdout)
        assert.is_truthy(done.stdout:find("exec sleep 600: stopped, as another was faster\n", 1, true), done.stdout)
        assert.matches("the first was: sleep 0%.1; echo fast\n$", done.stdout)
    end)

    it("gives up when time is up, or nobody has an answer", function()
        local done = run("abort", { "exec sleep 600", env = { TIMEOUT = "100" } })
        assert_ended(done, 1)
        assert.equal("exec sleep 600: stopped, as time is up\nnobody answered\n", done.stdout)
        assert_ended(run("abort", { "exit 1", "exit 2" }), 1)
    end)
end)

describe("async.lua", function()
    after_each(herd.cleanup)

    it("fetches what can be fetched", function()
        local done = run("async", { env = { PAGES = "9", AT_ONCE = "4" } })
        assert_ended(done)
        assert.equal("", done.stderr)
        for page = 1, 9 do
            assert.equal(page ~= 7, done.stdout:find(("this is page %d\n"):format(page), 1, true) ~= nil, done.stdout)
        end
        assert.matches("page 7: The operation was aborted due to timeout\n", done.stdout)
        assert.matches("\n8 of 9 pages\n$", done.stdout)
    end)
end)
