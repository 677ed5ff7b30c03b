-- IDs: CP-08 CP-53 CP-60 CP-65 CP-82 CP-83 CP-84 CP-85 M-06 M-07 PR-02 PR-07
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function(m)
        if m == "end" then process.disconnect() else process.send(m) end
    end)
else
    local null = require("moonherd.core").null
    local function f() end
    local child = fork(process.argv[2], { "a", "b" })
    t("args", #child.spawnargs, child.connected, child.stdin, child.stdout)
    t.on(child, "child", { "spawn", "message", "disconnect", "exit" })
    child:on("close", function(code, signal) t("close", code, signal, child.connected) end)
    for _, m in ipairs({ "text", "", 5, 1.5, -0.25, 1e21, true, false, { 1, "two", { 3 } }, { a = { b = 1 } },
        { f = f, x = 1 }, { 1, f, 2 }, "\195\169\226\130\172", "x\1\n" }) do
        child:send(m)
    end
    child:send(null)
    child:send("end")
end
