-- IDs: CP-27 CP-28 CP-52 ER-13 ER-14
local t = require("trace")
local cp = require("child_process")
local calls = {
    { "exec", function(o) cp.exec("true", o) end },
    { "execFile", function(o) cp.execFile("true", o) end },
    { "execFileSync", function(o) cp.execFileSync("true", o) end },
    { "execSync", function(o) cp.execSync("true", o) end },
    { "fork", function(o) cp.fork("x", o) end },
    { "spawn", function(o) cp.spawn("true", {}, o) end },
    { "spawnSync", function(o) cp.spawnSync("true", {}, o) end },
}
for _, call in ipairs(calls) do
    for _, timeout in ipairs({ -1, 1.5, 0 / 0, "5", true, math.huge }) do
        t.throws(call[1] .. " timeout", function() call[2]({ timeout = timeout }) end)
    end
    for _, killSignal in ipairs({ true, {}, "SIGNOPE", "", 0, 1.5, 500, -1, 40, "9" }) do
        t.throws(call[1] .. " killSignal", function() call[2]({ killSignal = killSignal }) end)
    end
end
local hold = { "-c", "read x" }
local runs = {
    { hold, { timeout = 1 } }, { hold, { timeout = 1, killSignal = "SIGKILL" } },
    { hold, { timeout = 1, killSignal = "sigint" } }, { hold, { timeout = 1, killSignal = 9 } },
    -- None, and one that is in nobody's way once the child has ended.
    { { "-c", "exit 2" }, { timeout = 0 } }, { { "-c", "exit 2" }, { timeout = nil } },
    { { "-c", "exit 2" }, { timeout = 4e5, killSignal = "SIGKILL" } },
}
-- The grandchild has the pipe, and nobody waits for it.
local function grandchild()
    cp.exec("sleep 1000 & read x", { timeout = 300, killSignal = "SIGKILL" }, function(err, out, err_out)
        t("grandchild", err, err.code, err.signal, err.killed, out, err_out)
    end)
end
-- What the signal does not end goes on, its output cut off where it was collected.
local function survivor()
    local child
    child = cp.execFile("sh", { "-c", "read x; exit 3" }, { timeout = 1, killSignal = "SIGWINCH" },
        function(err, out, err_out)
            t("survivor", err, err.code, err.signal, err.killed, out, err_out, child.killed)
            grandchild()
        end)
    child.stdout:on("close", function()
        t("cut", child.killed, child.exitCode)
        child.stdin:end_()
    end)
end
local function next_one(i)
    if i > #runs then return survivor() end
    local child = cp.spawn("sh", unpack(runs[i]))
    t.on(child, "child", { "spawn", "error", "exit" })
    child:on("close", function()
        t("close", child.exitCode, child.signalCode, child.killed)
        next_one(i + 1)
    end)
end
next_one(1)
