-- IDs: CP-63 CP-53 CP-60 CP-81 CP-83 CP-84 Q-06 ER-21
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function() end)
    process.send("up")
    return
end
-- The child is dead, and nothing has been read from it since: so this side still holds itself for connected.
local function dead(child)
    child:kill("SIGKILL")
    while true do
        local file = io.open(("/proc/%d/status"):format(child.pid))
        local status = file:read("*a")
        file:close()
        if status:find("State:\tZ", 1, true) and status:find("Threads:\t1\n", 1, true) then return end
    end
end
local function called(err) t("callback", err) end
local runs = {
    { "nobody is called back", function(child) t("sent", child:send("x")) end },
    { "each", function(child) t("sent", child:send("x"), child:send({ text = "y" }), child:send(3)) end },
    { "callback", function(child) t("sent", child:send("x", called)) end },
    { "callbacks", function(child)
        t("sent", child:send("x", called),
            child:send("y", function(err) t("callback", err and err.code) end))
    end },
    { "large", function(child) child:send(("x"):rep(1e6)) end },
    { "in a tick", function(child) process.nextTick(function() t("sent", child:send("x")) end) end },
    { "then disconnect", function(child)
        t("sent", child:send("x"))
        child:disconnect()
        t("connected", child.connected)
    end },
    { "nothing", function() end },
}
local function next_one(i)
    if i > #runs then return end
    local child = fork(process.argv[2], { "child" })
    t("run", runs[i][1])
    child:on("message", function()
        dead(child)
        t("connected", child.connected, child.channel ~= nil)
        runs[i][2](child)
    end)
    t.on(child, "child", { "error", "disconnect", "exit" })
    child:on("exit", function() setTimeout(next_one, 10, i + 1) end)
end
next_one(1)
