-- IDs: NET-36
local t = require("trace")
local net = require("net")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function(_, socket)
        local text = ""
        socket:on("data", function(d)
            text = text .. d
            if text:find("second$") then
                socket:end_(text)
                process.disconnect()
            end
        end)
        process.send("got")
    end)
else
    local child = fork(process.argv[2], { "child" })
    local client
    local server
    server = net.createServer(function(socket)
        local function look()
            if socket.bytesRead < 6 then return setImmediate(look) end
            child:send("socket", socket)
            server:close()
        end
        look()
    end)
    child:on("message", function() client:write("second") end)
    child:on("exit", function(code) t("exit", code) end)
    server:listen(0, "127.0.0.1", function()
        client = net.connect(server:address().port, "127.0.0.1", function() client:write("first ") end)
        client:on("data", function(d) t("the child had", d) end)
    end)
end
