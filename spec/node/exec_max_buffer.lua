-- IDs: CP-32 ER-06
local t = require("trace")
local cp = require("child_process")
for _, bad in ipairs({ -1, 0 / 0, -math.huge, "5", true, {}, -0.5 }) do
    t.throws("exec", function() cp.exec("true", { maxBuffer = bad }) end)
    t.throws("execFile", function() cp.execFile("true", { maxBuffer = bad }) end)
    t.throws("spawnSync", function() cp.spawnSync("true", {}, { maxBuffer = bad }) end)
    t.throws("execFileSync", function() cp.execFileSync("true", { maxBuffer = bad }) end)
    t.throws("execSync", function() cp.execSync("true", { maxBuffer = bad }) end)
end
local function bytes(n, fd) return ("head -c %d /dev/zero | tr '\\0' x >&%d"):format(n, fd) end
local runs = { { "printf hello", 5 }, { "printf hello", 4 }, { "printf hello >&2", 5 }, { "printf hello >&2", 4 },
    { "printf hello", 0 }, { "true", 0 }, { "printf hello; printf world >&2", 5 }, { "printf hello", 4.5 },
    { "printf hello", math.huge }, { bytes(1048576, 1) }, { bytes(1048577, 1) }, { bytes(1048577, 2) },
    { bytes(3000000, 1), math.huge }, { "trap '' TERM; printf hello; read x", 4, "SIGKILL" } }
local function short(text) return #text > 20 and #text or text end
-- What came by the other stream before stays.
local function first_of_two()
    local child = cp.exec("printf out; read x; printf many >&2; read x", { maxBuffer = 3 },
        function(err, out, err_out) t("two", err, out, err_out) end)
    child.stdout:once("data", function() child.stdin:write("\n") end)
end
local function next_one(i)
    if i > #runs then return first_of_two() end
    local child
    child = cp.exec(runs[i][1], { maxBuffer = runs[i][2], killSignal = runs[i][3] }, function(err, out, err_out)
        t("run", i - 1, short(out), short(err_out), err, err and err.killed, err and err.signal,
            err and err.stack ~= nil)
        if not err then t("killed", child.killed) end
        next_one(i + 1)
    end)
end
next_one(1)
