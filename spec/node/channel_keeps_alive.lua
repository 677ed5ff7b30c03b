-- IDs: CP-54 PR-05 PR-06
local t = require("trace")
local fork = require("child_process").fork
local modes = { "nothing", "message", "once", "disconnect", "removed", "taken", "two", "ref", "unref",
    "unref, then listens", "ref, then unref", "unref, then ref" }
local mode = process.argv[3]
if mode then
    local function f() end
    local function is(...)
        for i = 1, select("#", ...) do
            if mode == select(i, ...) then return true end
        end
        return false
    end
    if is("message", "removed", "unref", "two") then process.on("message", f) end
    if is("once") then process.once("message", f) end
    if is("taken") then process.once("message", f).emit("message") end
    if is("disconnect", "two") then process.on("disconnect", f) end
    if is("removed", "two") then process.off("message", f) end
    if mode:find("^ref") then process.channel:ref() end
    if mode:find("unref$") then process.channel:unref() end
    if is("unref, then listens") then
        process.channel:unref()
        process.on("message", f)
    end
    if is("unref, then ref") then
        process.channel:unref()
        process.channel:ref()
    end
    -- Comes only if something else keeps the program alive.
    setTimeout(function() process.send("stays") end, 100):unref()
else
    local function next_one(i)
        if i > #modes then return end
        local child = fork(process.argv[2], { modes[i] })
        local stayed = false
        child:on("message", function()
            stayed = true
            child:disconnect()
        end)
        child:on("exit", function(code)
            t(modes[i], stayed, code)
            next_one(i + 1)
        end)
    end
    next_one(1)
end
