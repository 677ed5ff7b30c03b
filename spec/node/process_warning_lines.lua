-- IDs: PR-68
local t = require("trace")
local spawnSync = require("child_process").spawnSync
local names = { "plain", "typed", "options", "deprecated", "silent", "thrown", "error", "twice" }
local WAYS = {
    plain = function() process.emitWarning("a text") end,
    typed = function() process.emitWarning("a text", "Custom", "C1") end,
    options = function() process.emitWarning("a text", { type = "Custom", code = "C2", detail = "more of it" }) end,
    deprecated = function() process.emitWarning("old", "DeprecationWarning", "D1") end,
    silent = function()
        process.noDeprecation = true
        process.emitWarning("old", "DeprecationWarning")
        process.emitWarning("new")
    end,
    thrown = function()
        process.throwDeprecation = true
        process.on("uncaughtException", function(err) t("uncaught", err.name, err.message, err.code) end)
        process.emitWarning("old", "DeprecationWarning", "D2")
        t("later")
    end,
    error = function()
        local err = setmetatable({ name = "MyWarning", message = "made before", code = "M1" }, {
            __tostring = function(self) return self.message end,
        })
        process.emitWarning(err)
    end,
    twice = function()
        for _, text in ipairs({ "one", "two", "one" }) do process.emitWarning(text) end
        process.nextTick(function() t("tick") end)
        t("script ends")
    end,
}
if process.argv[3] then
    t.role(process.argv[3])
    process.on("warning", function(w) t("warning", w.name, w.message, w.code, w.detail) end)
    WAYS[process.argv[3]]()
else
    for _, name in ipairs(names) do
        local done = spawnSync(process.execPath, { process.argv[2], name })
        local lines = {}
        for line in done.stderr:gmatch("[^\n]+") do
            lines[#lines + 1] = line:gsub("^%(moonherd:%d+%)", "(program:pid)")
        end
        t(name, done.status, lines)
    end
end
