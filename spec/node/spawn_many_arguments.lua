-- IDs: CP-01 CP-03 CP-06 CP-07 CP-11
local t = require("trace")
local cp = require("child_process")
local function many(list)
    for i = 0, 29999 do list[#list + 1] = ("%d"):format(i) end
    return list
end
local function script() return many({ "-c", "echo $# $30000; exit 3" }) end
local child = cp.spawn("sh", script())
t("spawnargs", #child.spawnargs)
child.stdout:on("data", function(d) t("spawn", d) end)
child:on("close", function()
    local r = cp.spawnSync("sh", script())
    t("spawnSync", r.status, r.stdout)
    local _, failed = pcall(cp.execFileSync, "sh", script())
    t("execFileSync", failed.status, #failed.message)
    cp.execFile("sh", script(), function(err, out)
        t("execFile", err.code, #err.cmd, out)
        cp.spawn("no-such-program", many({})):on("error", function(failure)
            t("missing", failure.code, #failure.spawnargs, failure.spawnargs[30000])
        end)
    end)
end)
