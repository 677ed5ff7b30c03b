-- IDs: NET-16 NET-07 CP-69
local t = require("trace")
local net = require("net")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function(m, socket)
        if m ~= "socket" then return process.disconnect() end
        socket:write("from the child")
        socket:on("data", function() socket:end_() end)
        process.send("got")
    end)
else
    local children = { fork(process.argv[2], { "child" }), fork(process.argv[2], { "child" }) }
    local server = net.createServer({ pauseOnConnect = true })
    local sent, got, ended = 0, 0, 0
    local one, other
    server:on("connection", function(socket)
        sent = sent + 1
        children[sent]:send("socket", socket)
    end)
    for _, child in ipairs(children) do
        child:on("message", function()
            got = got + 1
            if got < 2 then return end
            server:close(function(err)
                t("closed", err, ended)
                for _, each in ipairs(children) do each:send("go") end
            end)
            t("listening", server.listening)
            setTimeout(function() t("ended", ended) one:write("end") end, 100)
        end)
        child:on("exit", function(code) t("exit", code) end)
    end
    local function on_end()
        ended = ended + 1
        if ended == 1 then setTimeout(function() other:write("end") end, 50) end
    end
    server:listen(0, "127.0.0.1", function()
        one = net.connect(server:address().port, "127.0.0.1"):on("end", on_end)
        other = net.connect(server:address().port, "127.0.0.1"):on("end", on_end)
        one:resume()
        other:resume()
    end)
end
