-- IDs: PR-20 PR-21
local t = require("trace")
local spawnSync = require("child_process").spawnSync
local values = { true, false, {}, "abc", "", "1.5", "0x10", "1e2", " 7 ", "12", "-3", "+4", 1.5, 0 / 0, 1 / 0, 0,
    2 ^ 31, -1, 257, nil, nil }
if process.argv[3] then
    local value = values[process.argv[4] + 1]
    if process.argv[3] == "set" then
        process.exitCode = value
    else
        process.exit(value)
    end
else
    for i = 1, 21 do
        process.exitCode = nil
        t.throws("set", function() process.exitCode = values[i] end)
        t("is", process.exitCode)
    end
    process.exitCode = nil
    for _, bad in ipairs({ true, {}, "abc", 1.5, 0 / 0 }) do t.throws("exit", function() process.exit(bad) end) end
    t("unset", process.exitCode)
    for _, i in ipairs({ 6, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20 }) do
        for _, how in ipairs({ "set", "exit" }) do
            t(how, i, spawnSync(process.execPath, { process.argv[2], how, i }, { stdio = "ignore" }).status)
        end
    end
end
