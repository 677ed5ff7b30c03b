-- IDs: CL-97 CL-99 DG-12
local t = require("trace")
local cluster = require("cluster")
local dgram = require("dgram")
if cluster.isPrimary then
    local busy = dgram.createSocket("udp4")
    busy:bind(0, "127.0.0.1", function()
        local w = cluster.fork({ BUSY = busy:address().port })
        w:on("exit", function(code) t("exit", code) busy:close() end)
    end)
else
    t.role("worker")
    local port = tonumber(process.env.BUSY)
    t.mask("BUSY", port)
    local next_step
    local steps = {
        function()
            local s = dgram.createSocket("udp4")
            s:once("error", function(err)
                t("taken", err)
                s:bind(0, "127.0.0.1", function() t("bound after") s:close(next_step) end)
            end)
            s:bind(port, "127.0.0.1", function() t("wrong") end)
            t.throws("binding", function() s:bind(0) end)
        end,
        function()
            local s = dgram.createSocket("udp4")
            s:once("error", function(err) t("not ours", err) s:close(next_step) end)
            s:bind(0, "198.51.100.1")
        end,
        function()
            local s = dgram.createSocket("udp4")
            s:once("error", function(err) t("fd", err) s:close(next_step) end)
            s:bind({ fd = 999 })
        end,
        function()
            local s = dgram.createSocket("udp4")
            s:bind(0, "127.0.0.1", function() t("wrong") end)
            s:close(function() t("closed during bind") next_step() end)
        end,
        function()
            local s = dgram.createSocket("udp4")
            s:on("listening", function()
                t("listening")
                s:close(function() t("closed in listening") next_step() end)
            end)
            s:bind(0, "127.0.0.1")
        end,
        function()
            -- Twice on one address in one worker: two sockets of the herd's, and the second has no port.
            local a, b = dgram.createSocket("udp4"), dgram.createSocket("udp4")
            a:bind(0, "127.0.0.1", function()
                b:on("error", function(err) t("same", err.code, err.syscall) b:close() a:close(next_step) end)
                b:bind(a:address().port, "127.0.0.1", function() t("wrong") end)
            end)
        end,
        function()
            local s = dgram.createSocket("udp4"):unref()
            s:bind(0, "127.0.0.1", function() t("nothing keeps the worker") process.disconnect() end)
        end,
    }
    next_step = function() table.remove(steps, 1)() end
    next_step()
end
