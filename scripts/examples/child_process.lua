-- child_process.lua - runs several commands at once, and shows what they write line by line, each under its name.
--
--     scripts/run scripts/examples/child_process.lua                      three commands of its own
--     scripts/run scripts/examples/child_process.lua "ping -c 3 localhost" "make -C /tmp" "sleep 60"
--
-- TIMEOUT (ms, 5000) ends those that take longer, and Ctrl-C all. The exit code is the number of those that failed.
-- What to look at: "data" comes in pieces of any size; "exit" tells how a program ended, "close" that all was read that
-- it and its own children wrote. Those outlive it; with `detached` they are one group, which a negative pid reaches.

local child_process = require "child_process"

local TIMEOUT = tonumber(process.env.TIMEOUT) or 5000
local commands = { unpack(process.argv, 3) }
if #commands == 0 then
    commands = { "for i in 1 2 3; do echo step $i; sleep 0.2; done", "uname -sr; nproc", "echo no luck >&2; exit 3" }
end

--- Calls `show` with each line of a stream, the last one also when it has no end of line.
local function lines(stream, show)
    local rest = ""
    stream:on("data", function(bytes)
        rest = rest .. bytes
        local stop = rest:find("\n", 1, true)
        while stop do
            show(rest:sub(1, stop - 1))
            rest = rest:sub(stop + 1)
            stop = rest:find("\n", 1, true)
        end
    end)
    stream:on("end", function()
        if rest ~= "" then
            show(rest)
        end
    end)
end

local failed = 0
local running = {} -- by child

--- Ends a command and whatever it has started.
local function stop(child)
    pcall(process.kill, -child.pid, "SIGTERM") -- raises when nobody of the group is left
end

for _, name in ipairs({ "SIGINT", "SIGTERM" }) do
    process.on(name, function()
        for child in pairs(running) do
            stop(child)
        end
    end)
end

for number, command in ipairs(commands) do
    local function show(line)
        console.log("%d | %s", number, line)
    end
    show("$ " .. command)
    local child = child_process.spawn(command, { shell = true, detached = true })
    running[child] = true
    local late = false
    local timer = setTimeout(function()
        late = true
        stop(child)
    end, TIMEOUT)
    lines(child.stdout, show)
    lines(child.stderr, show)
    child:on("close", function(code, signal)
        clearTimeout(timer)
        running[child] = nil
        if signal then
            show("ended by " .. signal .. (late and (" after %d ms"):format(TIMEOUT) or ""))
        else
            show("exit code " .. code)
        end
        failed = failed + (code == 0 and 0 or 1)
        process.exitCode = failed
    end)
end
