-- IDs: CP-04 CP-25 ER-21 M-15
local t = require("trace")
local cp = require("child_process")
-- From here on nobody may become root.
if process.getuid() == 0 then
    process.setgid(65534)
    process.setuid(65534)
end
cp.spawn("true")
local function descriptors()
    local count = 0
    for _ in io.popen("ls /proc/" .. process.pid .. "/fd"):lines() do count = count + 1 end
    return count
end
local before = descriptors()
local root = { uid = 0 }
local function never() t("never") end
t.throws("uid", function() cp.spawn("true", root) end)
t.throws("gid", function() cp.spawn("true", {}, { gid = 0 }) end)
t.throws("fork", function() cp.fork(process.argv[2], {}, { uid = 0, silent = true }) end)
t.throws("exec", function() cp.exec("true", root, never) end)
t.throws("execFile", function() cp.execFile("true", root, never) end)
local long = ("x"):rep(2 ^ 20)
t.throws("argument", function() cp.spawn("true", { long }) end)
t.throws("environment", function() cp.spawn("true", { env = { A = long } }) end)
t.throws("with a channel and pipes", function()
    cp.spawn("true", { long }, { stdio = { "pipe", "pipe", "pipe", "ipc", "pipe" } })
end)
t("descriptors", descriptors() - before)
-- The calls that wait have it in their result.
for _, options in ipairs({ root, { env = { A = long } } }) do
    local r = cp.spawnSync("true", options)
    t("spawnSync", r.pid, r.status, r.signal, r.output, r.stdout, r.error)
    t.throws("execFileSync", function() cp.execFileSync("true", options) end)
    t.throws("execSync", function() cp.execSync("true", options) end)
end
t("descriptors", descriptors() - before)
for _, id in ipairs({ "x", 1.5, 0 / 0, math.huge, true, {}, 2 ^ 32, -2 ^ 31 - 1 }) do
    t.throws("uid", function() cp.spawn("true", { uid = id }) end)
    t.throws("gid", function() cp.execFile("true", { gid = id }) end)
    t.throws("gid", function() cp.spawnSync("true", { gid = id }) end)
end
process.nextTick(function() t("tick") end)
