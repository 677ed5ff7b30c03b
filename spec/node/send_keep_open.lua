-- IDs: CP-68 CP-67
local t = require("trace")
local fork = require("child_process").fork
local net = require("net")
if process.argv[3] then
    process.on("message", function(_, socket)
        socket:write("from child ")
        process.send("wrote")
        process.disconnect()
    end)
else
    local child = fork(process.argv[2], { "child" })
    local server
    server = net.createServer(function(socket)
        child:send("socket", socket, { keepOpen = true })
        child:on("message", function()
            t("still ours", socket.destroyed)
            socket:end_("from parent")
            server:close()
        end)
    end)
    server:listen(0, "127.0.0.1", function()
        local got = ""
        local c = net.connect(server:address().port, "127.0.0.1")
        c:on("data", function(d) got = got .. d end)
        c:on("close", function() t("got", got) end)
    end)
end
