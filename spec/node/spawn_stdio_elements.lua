-- IDs: CP-23 CP-40 CP-41 CP-42 CP-43 CP-44 CP-45 CP-46 CP-56 M-09
local t = require("trace")
local spawn = require("child_process").spawn
local net = require("net")
local results = process.env.TRACE_DIR .. "/fds"
-- What a program sees as its descriptors.
local script = [[exec 9>"$0"; for n in 0 1 2 3 4 5; do k=none; f=/proc/$$/fd/$n; p=/proc/$PPID/fd
if [ $f -ef /dev/null ]; then k=null; elif [ $f -ef $p/$n ]; then k=same; elif [ $f -ef $p/0 ]; then k=our-stdin
elif [ $f -ef $p/1 ]; then k=our-stdout
elif [ -S $f ]; then k=socket; elif [ -e $f ]; then k=other; fi; echo $n $k >&9; done]]
local server = net.createServer()
local lists = {
    "pipe", "overlapped", "ignore", "inherit", { "pipe" }, {}, { "ignore" }, { nil, nil, nil }, { nil, nil, nil, nil },
    { "pipe", "pipe", "pipe", "pipe" }, { "overlapped", "overlapped", "overlapped", "overlapped" },
    { -1, -1, -5, -1 }, { 0, 1, 2 }, { "inherit", "inherit", "inherit" }, { 0, 1, 1 }, { 2, 0, 0 },
    { "ignore", { fd = 1 }, { fd = 1 } }, { "ignore", process.stdout, process.stderr },
    { process.stdin, "ignore", "ignore" }, { "ignore", "ignore", "ignore", "ignore", "ignore" },
    { "pipe", "pipe", "pipe", nil, "pipe" }, { "pipe", "pipe", "pipe", "ignore", "ignore", "pipe" },
    { "ignore", "ignore", "ignore", 0, 1, server }, { "ipc", "ignore", "ignore" }, { "ignore", "ipc", "ignore" },
    { "ignore", "ignore", "ipc" }, { "ignore", "ignore", "ignore", "pipe", "ipc" },
}
local function refused()
    for _, stdio in ipairs({ "ipc", "pipes", 5, true, print, { true }, { {} }, { {} }, { print }, { "text" },
        { "pipe", "pipe", "" }, { "ipc", "ipc" } }) do
        t.throws("refused", function() spawn("true", {}, { stdio = stdio }) end)
    end
    local function closed(label, element)
        for _, stdio in ipairs({ { "ignore", element }, { "pipe", "ipc", "pipe", element } }) do
            local ok, err = pcall(spawn, "true", {}, { stdio = stdio })
            if ok then t(label, "nothing raised") else t(label, err.name, err.code) end
        end
    end
    closed("not listening", net.createServer())
    local gone = net.connect({ port = 1, host = "127.0.0.1" })
    gone:on("error", function() end)
    gone:on("close", function() closed("closed", gone) end)
    t.throws("not open", function() spawn("true", {}, { stdio = { "ignore", "ignore", "ignore", 1000 } }) end)
    t.throws("not open", function() spawn("true", {}, { stdio = { "ignore", "ignore", { fd = 1000 } } }) end)
end
server:listen(0, "127.0.0.1", function()
    -- Nothing of ours is where a child might take it for its own.
    local function next_one(i)
        if i > #lists then
            server:close()
            return refused()
        end
        local child = spawn("sh", { "-c", script, results }, { stdio = lists[i] })
        local ours = {}
        for n = 0, 5 do
            local stream = child.stdio[n]
            ours[n + 1] = stream and ("%s-%s"):format(stream.readable, stream.writable) or "none"
        end
        t("list", i - 1, ours, child.stdin == child.stdio[0], child.stdout == child.stdio[1],
            child.stderr == child.stdio[2], child.connected)
        child:on("close", function(code, signal)
            local file = io.open(results)
            t("close", code, signal, file:read("*a"))
            file:close()
            next_one(i + 1)
        end)
    end
    next_one(1)
end)
