-- HTTP in the program itself: errors in handlers, draining workers, and what valgrind says of a busy life.

local clients = require("spec.support.http")
local files = require("spec.support.files")
local proc = require("spec.support.proc")
local wait = require("spec.support.wait")

local GET = "GET %s HTTP/1.1\r\nHost: a\r\n\r\n"

local APP = [[
local http = require "http"
local server = http.createServer(function(req, res)
    if req.url == "/throw" then
        error("thrown on purpose")
    elseif req.url == "/throw-later" then
        req:on("end", function() error("thrown in end") end)
        req:resume()
    elseif req.url == "/slow" then
        setTimeout(function() res:end_("slow") end, 300)
    elseif req.url == "/exit" then
        res:end_("farewell")
        process.exit(3)
    elseif req.url == "/throw-after" then
        res:end_("farewell")
        error("thrown on purpose")
    elseif req.url == "/quit" then
        res:setHeader("Connection", "close")
        res:end_("bye")
        SERVER:close()
    else
        res:end_(req.url)
    end
end)
SERVER = server
server:listen(0, "127.0.0.1", function() print("port " .. server:address().port) end)
]]

local function start(code, options)
    options = options or {}
    options[#options + 1] = files.write("app.lua", code)
    local process = proc.start(options)
    return process, tonumber(process:expect("port (%d+)", 20))
end

describe("http in a program", function()
    after_each(function()
        clients.cleanup()
        proc.cleanup()
        files.cleanup()
    end)

    for _, where in ipairs({ "/throw", "/throw-later" }) do
        it("ends it with the traceback of what a handler throws at " .. where, function()
            local process, port = start(APP)
            local client = clients.connect(port)
            client:send(GET:format(where))
            local done = process:wait()
            assert.equal(1, done.code)
            assert.matches("thrown [oi]n", done.stderr)
            assert.matches("app.lua:%d+", done.stderr)
            assert.equal("", client:read_to_end())
        end)
    end

    for where, code in pairs({ ["/exit"] = 3, ["/throw-after"] = 1 }) do
        it("sends an answer that was given before its end at " .. where, function()
            local process, port = start(APP)
            local client = clients.connect(port)
            client:send(GET:format("/before") .. GET:format(where))
            assert.equal("/before", client:response().body)
            assert.equal("farewell", client:response().body)
            assert.equal(code, process:wait().code)
        end)
    end

    it("lets the others live on where uncaughtException is heard", function()
        local listen = [[process.on("uncaughtException", function(err) print("caught " .. tostring(err)) end)]]
        local process, port = start(listen .. "\n" .. APP)
        local other = clients.connect(port)
        other:send(GET:format("/1"))
        assert.equal("/1", other:response().body)
        local bad = clients.connect(port)
        bad:send(GET:format("/throw"))
        process:expect("caught .*(thrown on purpose)")
        other:send(GET:format("/2"))
        assert.equal("/2", other:response().body)
    end)

    it("ends by itself when the server is closed and everybody has his answer", function()
        local process, port = start(APP)
        local slow = clients.connect(port)
        slow:send("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        wait.turn()
        assert.equal("bye", clients.get(port, "/quit").body)
        assert.equal("slow", slow:response().body)
        slow:close()
        assert.equal(0, process:wait().code)
    end)

    it("leaves nothing behind", function()
        if not os.getenv("MOONHERD_BIN_RELEASE") then
            pending("needs the release build")
            return
        end
        local path = files.write("busy.lua", APP)
        local process = proc.start({
            command = "valgrind",
            "--quiet", "--leak-check=full", "--error-exitcode=99", os.getenv("MOONHERD_BIN_RELEASE"), path,
        })
        local port = tonumber(process:expect("port (%d+)", 60))
        local kept = clients.connect(port, nil, { seconds = 20 })
        kept:send(GET:format("/a"):rep(50), 20)
        for _ = 1, 50 do
            assert.equal("/a", kept:response(20).body)
        end
        local half = clients.connect(port, nil, { seconds = 20 })
        half:send("GET /half HTTP/1.1\r\nHo")
        local bad = clients.connect(port, nil, { seconds = 20 })
        bad:send("BREW / HTTP/1.1\r\n\r\n")
        assert.equal(400, bad:response(20).status)
        local gone = clients.connect(port, nil, { seconds = 20 })
        gone:send(GET:format("/slow"))
        wait.turn()
        gone:reset()
        half:reset()
        bad:close()
        assert.equal("bye", clients.get(port, "/quit", { seconds = 20 }).body)
        kept:close()
        local done = process:wait(30)
        assert.equal("", done.stderr)
        assert.equal(0, done.code)
    end)

    describe("with workers", function()
        local HERD = [[
            local cluster = require "cluster"
            local http = require "http"
            if cluster.isWorker then
                http.createServer(function(req, res)
                    if req.url == "/slow" then
                        setTimeout(function() res:end_("slow") end, 200)
                    else
                        res:end_(tostring(cluster.worker.id))
                    end
                end):listen(0, "127.0.0.1")
                return
            end
            cluster.fork()
            cluster.on("listening", function(worker, address) print("port " .. address.port) end)
            cluster.on("exit", function(worker, code) print("exit " .. code) end)
            process.on("SIGUSR1", function()
                for _, worker in pairs(cluster.workers) do worker:disconnect() end
            end)
        ]]

        it("loses no request when one of them is disconnected", function()
            local process, port = start(HERD)
            local list = {}
            for i = 1, 20 do
                list[i] = clients.connect(port)
                list[i]:send(GET:format("/"))
                assert.equal("1", list[i]:response().body)
            end
            local slow = clients.connect(port)
            slow:send(GET:format("/slow"))
            wait.turn()
            process:kill("SIGUSR1")
            -- Until its worker has ended its side a client may ask; every request is answered or never was sent.
            for i = 1, 20 do
                local answers = 0
                while list[i]:send(GET:format("/")) do
                    local answer = list[i]:response()
                    if not answer then
                        break
                    end
                    answers = answers + 1
                    if answer.headers.connection == "close" then
                        assert.equal("", list[i]:read_to_end())
                        break
                    end
                end
                assert.is_true(answers > 0)
                list[i]:close()
            end
            local answer = slow:response()
            assert.equal("slow", answer.body)
            slow:close()
            assert.equal("0", process:expect("exit (%d+)"))
        end)
    end)
end)
