-- IDs: PR-52 PR-58 NET-34
local t = require("trace")
local spawn = require("child_process").spawn
local net = require("net")
if process.argv[3] then
    t.role("child")
    t("argv0", process.argv0)
    process.title = "named"
    t("title", process.title)
    local server
    server = net.createServer(function(s) s:end_() end):listen(0, "127.0.0.1", function()
        local c
        c = net.connect(server:address().port, "127.0.0.1", function()
            local a = c:address()
            t("address", a.address, a.family, a.port == c.localPort)
        end)
        c:resume()
        c:on("close", function() server:close() end)
    end)
else
    spawn(process.execPath, { process.argv[2], "child" }, { argv0 = "something", stdio = "inherit" }):on("exit",
        function(code) t("exit", code) end)
end
