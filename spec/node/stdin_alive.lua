-- IDs: PR-69
local t = require("trace")
local spawn = require("child_process").spawn
local ways = { "looked at", "paused", "paused again", "unref", "read in pieces", "piped" }
local how = process.argv[3]
local WAYS = {
    ["looked at"] = function(stdin) t("readable", stdin.readable) end,
    paused = function(stdin) stdin:pause() stdin:on("data", function() t("never") end) end,
    ["paused again"] = function(stdin)
        stdin:on("data", function(data) t("data", data) setTimeout(function() stdin:pause() end, 20) end)
    end,
    unref = function(stdin)
        stdin:on("data", function(data) t("data", data) end):on("end", function() t("never") end):unref()
    end,
    ["read in pieces"] = function(stdin)
        stdin:setEncoding("utf8")
        stdin:once("data", function(data)
            t("first", data)
            stdin:pause()
            t("paused", stdin:isPaused())
            process.send("more")
            stdin:on("data", function(more) t("second", more) end)
            stdin:on("end", function() t("end") process.disconnect() end)
            process.once("message", function() stdin:resume() t("paused", stdin:isPaused()) end)
        end)
    end,
    piped = function(stdin)
        stdin:pipe(process.stdout):on("finish", function() t("never") end)
        stdin:on("end", function() process.stdout:write("!") end)
    end,
}
if how then
    t.role(how)
    process.on("exit", function(code) t("exit", code) end)
    WAYS[how](process.stdin)
else
    local function next_one(i)
        if i > #ways then return end
        local name = ways[i]
        local child = spawn(process.execPath, { process.argv[2], name },
            { stdio = { "pipe", "pipe", "inherit", "ipc" } })
        child.stdin:on("error", function() end) -- the child may be gone by then
        local out = ""
        child.stdout:on("data", function(data) out = out .. data end)
        child:on("message", function(message)
            t(name, message)
            if message == "more" then child.stdin:end_("two") child:send("go") end
        end)
        if name ~= "unref" then child.stdin:write("one") end
        if name == "piped" then child.stdin:end_() end
        child:on("close", function(code) t(name, code, out) next_one(i + 1) end)
    end
    next_one(1)
end
