-- IDs: PR-24 PR-25 PR-26 PR-67
local t = require("trace")
local spawnSync = require("child_process").spawnSync
local function raise(value)
    return function() error(value, 0) end
end
local how = process.argv[3]
if how then
    process.on("exit", function(code) t.role(how) t("exit", code) end)
    process.on("uncaughtExceptionMonitor", function() t.role(how) t("monitor") end)
    if how == "in script" then error({ message = "from the script", stack = debug.traceback() }) end
    setTimeout(function()
        if how == "text" then error("a text", 0) else error({ message = "from a timer", stack = debug.traceback() }) end
    end, 1)
else
    local object = { some = "object" }
    process.on("uncaughtException", function(err, origin) t("caught", err == object or err, origin) end)
    local values = { 5, "text", false, object, nil, { name = "RangeError", message = "mine" } }
    setmetatable(values[6], { __tostring = function(err) return err.message end })
    for i = 1, 6 do
        process.nextTick(raise(values[i]))
        setTimeout(raise(values[i]), 10)
        setTimeout(function() setImmediate(raise(values[i])) end, 30)
    end
    setTimeout(function()
        for _, each in ipairs({ "in script", "in timer", "text" }) do
            local done = spawnSync(process.execPath, { process.argv[2], each })
            local text = done.stderr
            local words = text:find("from the script", 1, true) or text:find("from a timer", 1, true)
                or text:find("a text", 1, true)
            t(each, done.status, words ~= nil, each == "text" or text:find("uncaught_values", 1, true) ~= nil)
        end
    end, 400)
end
