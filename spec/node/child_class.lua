-- IDs: CP-13
local t = require("trace")
local cp = require("child_process")
local ChildProcess = cp.ChildProcess
if process.argv[3] then
    process.on("message", function(m)
        process.send({ m, process.env.A })
        process.disconnect()
    end)
    return
end
local function is_one(value) return getmetatable(value) == ChildProcess end
t("is one", is_one(cp.spawn("true")), is_one(ChildProcess()), type(ChildProcess().emit) == "function", is_one({}))
local blank = ChildProcess()
t("blank", blank.pid, blank.exitCode, blank.signalCode, blank.killed, blank.connected, blank.spawnfile, blank.stdin,
    blank.send)
local function spawn(options) return function() ChildProcess():spawn(options) end end
t.throws("options", spawn(nil))
for _, options in ipairs({ "x", 5, true }) do t.throws("options", spawn(options)) end
t.throws("file", spawn({}))
for _, file in ipairs({ 5, true, {} }) do t.throws("file", spawn({ file = file })) end
for _, args in ipairs({ 5, "x", true }) do t.throws("args", spawn({ file = "true", args = args })) end
for _, envPairs in ipairs({ 5, "x", true }) do
    t.throws("envPairs",
        spawn({ file = "true", envPairs = envPairs, stdio = { "ignore", "ignore", "ignore", "ipc" } }))
end
t.throws("stdio", spawn({ file = "true", stdio = "nonsense" }))
t.throws("stdio", spawn({ file = "true", stdio = 5 }))
t.throws("serialization", spawn({ file = "true", serialization = "xml" }))
local function run(label, options, next_one, started)
    local child = ChildProcess()
    local out = ""
    t.on(child, "child", { "spawn", "error", "exit", "message", "disconnect" })
    child:on("close", function(code, signal)
        t("close", code, signal, out)
        next_one()
    end)
    t(label, child:spawn(options) ~= 0, child.pid ~= nil, child.spawnfile, child.spawnargs)
    if child.stdout then child.stdout:on("data", function(d) out = out .. d end) end
    if started then started(child) end
end
local function missing()
    -- The call says it too, by a number that is not 0.
    run("missing", { file = "no-such-program", args = { "no-such-program", "a" } }, function() end)
end
local function with_channel()
    local pairs_of = { "A=a" }
    for name, value in pairs(process.env()) do pairs_of[#pairs_of + 1] = name .. "=" .. value end
    run("channel", { file = process.execPath, args = { "x", process.argv[2], "child" }, envPairs = pairs_of,
        stdio = { "ignore", "ignore", "ignore", "ipc" } }, missing, function(child) child:send("hello") end)
end
local function detached()
    run("detached", { file = "sh", args = { "sh", "-c", "test $(ps -o pgid= -p $$) = $$ && echo leader" },
        detached = true }, with_channel)
end
local function killed()
    run("killed", { file = "sleep", args = { "sleep", "60" } }, detached,
        function(child) t("kill", child:kill(), child.killed) end)
end
run("script", { file = "sh", args = { "another", "-c", "echo $0-$A-$B" },
    envPairs = { "A=a", "B=b=c", "PATH=/bin" }, cwd = "/" }, function()
    run("no arguments", { file = "true" }, killed)
end)
