-- IDs: DG-02 DG-12
local t = require("trace")
local dgram = require("dgram")
if arg[1] == "worker" then
    -- An unref before bind holds: nothing else keeps this process.
    t.role("unref")
    local s = dgram.createSocket("udp4")
    t("returns", s:unref() == s, s:ref() == s, s:unref() == s)
    s:bind(0, "127.0.0.1", function() t("bound") end)
    process.on("exit", function(code) t("exit", code) end)
else
    require("child_process").fork(arg[0], { "worker" }):on("exit", function(code)
        t("child", code)
        local bound = dgram.createSocket("udp4")
        bound:bind(0, "127.0.0.1", function()
            bound:unref()
            local kept = dgram.createSocket("udp4")
            kept:unref()
            kept:bind(0, "127.0.0.1", function()
                kept:ref()
                setImmediate(function() kept:close(function() t("was kept until it closed") end) end)
            end)
        end)
    end)
    process.on("exit", function(code) t("exit", code) end)
end
