-- IDs: CP-54 CP-59 CP-89 CP-83
local t = require("trace")
local cp = require("child_process")
local fork, spawn = cp.fork, cp.spawn
local script, mode = process.argv[2], process.argv[3]
local function sleeps(stdio) return spawn("sleep", { "1000" }, { stdio = stdio }) end
-- What keeps a program alive: its child, unless it was told otherwise, and what it has open to it.
local parents = {
    ["child"] = function() sleeps("ignore") end,
    ["child, unref"] = function() sleeps("ignore"):unref() end,
    ["child, unref and ref"] = function()
        local child = sleeps("ignore")
        child:unref()
        child:ref()
    end,
    ["pipes"] = function() sleeps("pipe"):unref() end,
    ["channel"] = function() fork(script, { "waits" }):unref() end,
    ["channel, unref"] = function()
        local child = fork(script, { "waits" })
        child:unref()
        child.channel:unref()
    end,
    ["channel, unref and ref"] = function()
        local child = fork(script, { "waits" })
        child:unref()
        child.channel:unref()
        child.channel:ref()
    end,
    ["disconnected"] = function()
        local child = fork(script, { "lives" })
        child:unref()
        child:disconnect()
    end,
    ["idle child"] = function() return fork(script, { "ends" }) end,
    ["disconnected, child"] = function() fork(script, { "lives" }):disconnect() end,
}
if mode == "waits" then
    process.on("message", function() end)
elseif mode == "lives" then
    process.on("SIGTERM", function() process.exit() end)
    setTimeout(function() end, 1e6)
elseif mode ~= "ends" and mode ~= nil then
    local ends = parents[mode]()
    -- Comes only if something else keeps the program alive.
    local function wait() setTimeout(function() process.stdout:write("stays") end, 500):unref() end
    if ends then ends:on("exit", wait) else wait() end
elseif mode == nil then
    local names = {}
    for name in pairs(parents) do names[#names + 1] = name end
    table.sort(names)
    local function next_one(i)
        if i > #names then return end
        local child = spawn(process.execPath, { script, names[i] },
            { detached = true, stdio = { "ignore", "pipe", "ignore" } })
        local out = ""
        local function kill() pcall(process.kill, -child.pid, "SIGKILL") end
        child.stdout:on("data", function(d)
            out = out .. d
            kill()
        end)
        child:on("exit", function(code, signal)
            t(names[i], out, code, signal)
            kill()
            next_one(i + 1)
        end)
    end
    next_one(1)
end
