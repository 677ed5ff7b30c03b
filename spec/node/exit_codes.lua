-- IDs: PR-20 PR-21 PR-29 CP-08 CP-80 CP-84
local t = require("trace")
local fork = require("child_process").fork
local codes = { "0", "256", "-1", "300", "text", "later" }
local run = process.argv[3]
if not run then
    local function next_one(i)
        if i > #codes then return end
        fork(process.argv[2], { codes[i] }):on("exit", function(code, signal)
            t(codes[i], code, signal)
            next_one(i + 1)
        end)
    end
    next_one(1)
elseif run == "text" then
    process.exitCode = "12"
elseif run == "later" then
    process.exitCode = 5
    setTimeout(function() process.exit() end, 1)
else
    process.exit(tonumber(run))
end
if not run then
    for _, bad in ipairs({ true, {}, "abc", 1.5 }) do
        t.throws("exitCode", function() process.exitCode = bad end)
    end
    t("unset", process.exitCode)
end
