-- IDs: CP-54 PR-05 PR-06
local t = require("trace")
local fork = require("child_process").fork
local modes = { "nothing", "message", "once", "disconnect", "removed", "ref", "unref" }
local mode = process.argv[3]
if mode then
    local function f() end
    if mode == "message" or mode == "removed" or mode == "unref" then process.on("message", f) end
    if mode == "once" then process.once("message", f) end
    if mode == "disconnect" then process.on("disconnect", f) end
    if mode == "removed" then process.off("message", f) end
    if mode == "ref" then process.channel:ref() end
    if mode == "unref" then process.channel:unref() end
    process.send("up")
else
    local function next_one(i)
        if i > #modes then return end
        local child = fork(process.argv[2], { modes[i] })
        local stayed = false
        local timer = setTimeout(function() stayed = true child:disconnect() end, 1000)
        child:on("exit", function(code)
            clearTimeout(timer)
            t(modes[i], stayed, code)
            next_one(i + 1)
        end)
    end
    next_one(1)
end
