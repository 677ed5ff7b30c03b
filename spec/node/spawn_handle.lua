-- IDs: CP-44 CP-45
local t = require("trace")
local spawn = require("child_process").spawn
local net = require("net")
local server = net.createServer(function(socket)
    local child = spawn("sh", { "-c", "echo from child" }, { stdio = { "ignore", socket, "inherit" } })
    child:on("exit", function(code) t("exit", code, child.stdout) socket:destroy() end)
end)
server:listen(0, "127.0.0.1", function()
    local got = ""
    local c = net.connect(server:address().port, "127.0.0.1")
    c:on("data", function(d) got = got .. d end)
    c:on("close", function()
        t.role("client")
        t("got", got)
        t.role("main")
        server:close()
    end)
end)
