-- IDs: CP-08 CP-09 CP-34 CP-43 CP-30 CP-24 ER-05
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function(m)
        if m == "write" then
            process.stdout:write("out")
        else
            process.send({ m, process.execArgv, { unpack(process.argv, 4) } })
        end
        if m == "end" then process.disconnect() end
    end)
    return
end
local runs = { { stdio = "pipe" }, { stdio = "inherit" }, { stdio = "ignore" }, { stdio = "overlapped" },
    { silent = true }, { silent = false }, { silent = true, stdio = "ignore" }, { silent = false, stdio = "pipe" },
    { silent = true, stdio = nil }, { stdio = { "ignore", "pipe", "inherit", "ipc" } },
    { stdio = { "ipc", "pipe", "ignore" } }, { stdio = { "ignore", "ipc", "ignore" } },
    { stdio = { "ignore", "ignore", "ipc" } },
    { stdio = { "pipe", "pipe", "pipe", "pipe", "ignore", "ipc", "pipe" } }, { serialization = "json" },
    { serialization = "advanced" }, { execPath = "" }, { execArgv = {} }, { detached = true, silent = true } }
local function refused()
    for _, stdio in ipairs({ "ipc", "", "pipes", { "pipe" }, { "pipe", "pipe", "pipe" }, {}, { "ipc", "ipc" },
        { "ipc", "pipe", "pipe", "ipc" }, { "ipc", "text" }, { "ipc", true } }) do
        t.throws("stdio", function() fork("x", {}, { stdio = stdio }) end)
    end
    for _, serialization in ipairs({ "xml", "", 5, true }) do
        t.throws("serialization", function() fork("x", {}, { serialization = serialization }) end)
    end
end
local function next_one(i)
    if i > #runs then return refused() end
    local child = fork(process.argv[2], { "child", "a" }, runs[i])
    local there = {}
    for fd = 0, 6 do there[fd + 1] = child.stdio[fd] ~= nil end
    t("run", i - 1, child.connected, there, child.stdin ~= nil, child.stdout ~= nil, child.stderr ~= nil)
    local out = ""
    if child.stdout then child.stdout:on("data", function(d) out = out .. d end) end
    child:on("message", function(m) t("message", m) end)
    child:on("close", function(code)
        t("close", code, out)
        next_one(i + 1)
    end)
    if child.stdout then child:send("write") end
    child:send({ text = "hello" })
    child:send("end")
end
next_one(1)
