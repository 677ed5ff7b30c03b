-- IDs: CL-94
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
local fork = require("child_process").fork
if not process.argv[3] then
    -- A primary that may have few descriptors.
    local primary = fork(process.argv[2], { "primary" }, {
        execPath = "/bin/sh", execArgv = { "-c", 'ulimit -n 64; exec "$0" "$@"', process.execPath },
    })
    t.role("client")
    local steps = 0
    local function next_one(port)
        steps = steps + 1
        if steps < 2 then return end
        net.connect(port, "127.0.0.1"):on("data", function(d) t("the next", d) primary:send("end") end)
    end
    primary:on("message", function(m)
        if m.port then return primary:send("fill") end
        if m.free then return next_one(m.free) end
        local answer = "closed without an answer"
        local c = net.connect(m.full, "127.0.0.1", function()
            setTimeout(function() primary:send("free") end, 1000)
        end)
        c:on("data", function(d) answer = d end)
        c:on("error", function() end)
        c:on("close", function() t("the first", answer) next_one(m.full) end)
    end)
    primary:on("exit", function(code) t("exit", code) end)
elseif cluster.isPrimary then
    t.role("primary")
    local port
    local files = {}
    local w = cluster.fork()
    w:on("error", function() t("never") end)
    w:on("exit", function(code) t("exit", code) process.disconnect() end)
    w:on("listening", function(a) port = a.port process.send({ port = port }) end)
    process.on("message", function(m)
        if m == "fill" then
            local file, _, errno
            repeat
                file, _, errno = io.open("/dev/null")
                files[#files + 1] = file
            until not file
            t("filled", errno == 24 and "EMFILE" or errno)
            process.send({ full = port })
        elseif m == "free" then
            for _, each in ipairs(files) do each:close() end
            process.send({ free = port })
        else
            w:disconnect()
        end
    end)
else
    net.createServer(function(s) s:end_("an answer") end):listen(0, "127.0.0.1")
end
