-- IDs: CP-25; as root
local t = require("trace")
local cp = require("child_process")
local script = "id -u; id -g; id -G"
local ids = { { uid = 65534, gid = 65534 }, { uid = 65534 }, { gid = 65534 }, { uid = 0, gid = 0 }, {},
    { uid = 2147483647, gid = 2147483647 } }
local function next_one(i)
    if i > #ids then return end
    local child = cp.spawn("sh", { "-c", script }, ids[i])
    local out = ""
    child.stdout:on("data", function(d) out = out .. d end)
    child:on("close", function(code)
        t("spawn", ids[i], out, code)
        t("spawnSync", cp.spawnSync("sh", { "-c", script }, ids[i]).stdout, cp.execSync(script, ids[i]))
        cp.execFile("sh", { "-c", script }, ids[i], function(err, text)
            t("execFile", err, text)
            next_one(i + 1)
        end)
    end)
end
next_one(1)
