-- IDs: PR-57
local t = require("trace")
local execFileSync = require("child_process").execFileSync
t("set", process.umask(18) >= 0, process.umask(), process.umask(63), process.umask("027"), process.umask(nil))
t("child has it", execFileSync("sh", { "-c", "umask" }))
t("masked by the system", process.umask(0xfffff), process.umask(), process.umask("0001777"), process.umask(0))
local nan, inf = 0 / 0, 1 / 0
for _, bad in ipairs({ "9", "", "0x12", "08", " 22", 1.5, -1, nan, inf, {}, true, 2 ^ 32, 2 ^ 33 + 5,
    "77777777777777" }) do
    t.throws("bad", function() process.umask(bad) end)
end
t("unchanged", process.umask())
