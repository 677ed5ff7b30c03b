-- IDs: CP-64
local t = require("trace")
local fork = require("child_process").fork
local net = require("net")
if process.argv[3] then
    local count = 0
    process.on("message", function(_, server)
        if server then server:close() end
        count = count + 1
        if count == 4 then process.disconnect() end
    end)
else
    -- A message behind one with a handle that has not been acknowledged waits.
    local server = net.createServer()
    server:listen(0, "127.0.0.1", function()
        local child = fork(process.argv[2], { "child" })
        t("first", child:send("first", server))
        t("behind it", child:send("second"), child:send("third"), child:send("fourth", server))
        child:on("exit", function(code)
            t("exit", code)
            server:close()
        end)
    end)
end
