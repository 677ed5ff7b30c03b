-- IDs: PR-21 PR-22 PR-23; exit 9
local t = require("trace")
local rounds = 0
process.on("beforeExit", function(code)
    t("beforeExit", code)
    rounds = rounds + 1
    if rounds < 3 then setTimeout(function() t("more work") end, 1) end
end)
process.on("exit", function(code)
    t("exit", code, process.exitCode)
    setTimeout(function() t("never") end, 0)
    process.nextTick(function() t("never") end)
    process.exitCode = 9
end)
process.exitCode = 3
