-- IDs: PR-65 ER-18
local t = require("trace")
local execFileSync = require("child_process").execFileSync
local setters = { "setuid", "seteuid", "setgid", "setegid" }
local function ids()
    return { process.getuid(), process.geteuid(), process.getgid(), process.getegid() }
end
local function refused(label, fn)
    local ok, err = pcall(fn)
    if ok then t(label, "nothing raised") else t(label, err.name, err.code, err.message, err.syscall) end
end
local function sorted(list)
    table.sort(list)
    return list
end

t("as the system says", process.getuid() .. " " .. process.getgid() .. "\n"
    == execFileSync("sh", { "-c", "echo $(id -u) $(id -g)" }))
local effective = (" %d "):format(process.getegid())
t("groups", (" " .. table.concat(process.getgroups(), " ") .. " "):find(effective, 1, true) ~= nil)
for _, name in ipairs(setters) do
    t.throws(name, function() process[name]() end)
    for _, bad in ipairs({ true, {}, -1, 1.5, 0 / 0, 2 ^ 32, 2 ^ 32 - 1, "no such name", "", "0" }) do
        t.throws(name, function() process[name](bad) end)
    end
end
for i = 1, 3 do t.throws("setgroups", function() process.setgroups(({ nil, 5, "root" })[i]) end) end
for _, bad in ipairs({ true, -1, 1.5, "no such name" }) do
    local _, err = pcall(process.setgroups, { bad })
    t("setgroups", err.name, err.code)
end
t.throws("initgroups", function() process.initgroups() end)
t.throws("initgroups", function() process.initgroups("root") end)
t.throws("initgroups", function() process.initgroups(true, 0) end)
t.throws("initgroups", function() process.initgroups("root", {}) end)
t.throws("initgroups", function() process.initgroups(-1, 0) end)
t.throws("initgroups", function() process.initgroups(4000000000, 0) end)
t.throws("initgroups", function() process.initgroups(0, "no such name") end)

if process.getuid() == 0 then
    t("set", process.setgroups({ 1, "daemon", 65534 }), sorted(process.getgroups()))
    t("effective", process.setegid("daemon"), sorted(process.getgroups()), process.setegid(0), ids())
    t("init", process.initgroups("daemon", 65534), sorted(process.getgroups()))
    t("init by number", process.initgroups(1, "daemon"), sorted(process.getgroups()))
    t("there and back", process.seteuid("nobody"), ids(), process.seteuid("root"), ids())
    process.setgroups({})
    t("for good", process.setgid(12345), process.setuid(12345), ids(), process.getgroups())
end
for _, name in ipairs(setters) do refused(name, function() process[name](0) end) end
refused("setgroups", function() process.setgroups({ 0 }) end)
refused("initgroups", function() process.initgroups("root", 0) end)
local same = ids()
t("what it is already", process.setuid(same[1]), process.seteuid(same[2]))
t("what it is already", process.setgid(same[3]), process.setegid(same[4]))
t("the same", table.concat(ids(), " ") == table.concat(same, " "))
