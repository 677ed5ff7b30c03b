-- IDs: PR-69
local t = require("trace")
local spawn = require("child_process").spawn
local how = process.argv[3]
local WAYS = {
    fields = function()
        for _, stream in ipairs({ process.stdout, process.stderr }) do
            t("fields", stream.fd, stream.isTTY, stream.writable, stream.writableEnded, stream.writableLength,
                stream.writableHighWaterMark)
        end
        local out = process.stdout
        t("returns", out:write("a"), out:write("b", function() t("callback") end),
            out:write("c", "utf8", function() t("another") end))
        process.nextTick(function() t("tick") end)
        for i = 1, 4 do
            local _, err = pcall(out.write, out, ({ nil, 5, {}, true })[i])
            t("bad", err.name, err.code)
        end
        t("script ends")
    end,
    ended = function()
        local out = process.stdout
        t.on(out, "stdout", { "finish", "close", "error" })
        out:write("first ")
        t("chains", out:end_("last", function() t("ended", out.writableEnded, out.writableFinished) end) == out)
        t("fields", out.writable, out.writableEnded)
        setTimeout(function() process.stderr:end_("err") end, 10)
    end,
    ["order of both"] = function()
        for i = 0, 4 do
            process.stdout:write(i .. "\n")
            print("log " .. i)
        end
    end,
    ["gone reader"] = function()
        process.once("message", function()
            process.stdout:on("error", function(err) t("error", err) end)
            t("write", process.stdout:write("x", function(err) t("callback", err) end))
            setTimeout(function()
                t("again", process.stdout:write("x", function(err) t("callback", err) end), process.stdout.destroyed,
                    process.stdout.writable)
                process.disconnect()
            end, 20)
        end)
    end,
    ["gone reader, nobody listens"] = function()
        process.once("message", function()
            process.stdout:write("x")
            setTimeout(function() t("never") end, 50)
        end)
    end,
}
if how then
    t.role(how)
    process.on("exit", function(code) t("exit", code) end)
    WAYS[how]()
else
    local names = { "fields", "ended", "order of both", "gone reader", "gone reader, nobody listens" }
    local function next_one(i)
        local name = names[i]
        if not name then return end
        local child = spawn(process.execPath, { process.argv[2], name },
            { stdio = { "ignore", "pipe", "pipe", "ipc" } })
        local out, err = "", ""
        child.stdout:on("data", function(data) out = out .. data end)
        child.stderr:on("data", function(data) err = err .. data end)
        local gone = name:sub(1, 4) == "gone"
        if gone then
            child.stdout:destroy()
            child.stdout:on("close", function() child:send("go") end)
        end
        child:on("close", function(code) t(name, code, out, gone or err) next_one(i + 1) end)
    end
    next_one(1)
end
