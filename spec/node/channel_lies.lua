-- IDs: Q-11
local t = require("trace")
local fork = require("child_process").fork
local lies = { "NODE_HANDLE_ACK", "NODE_HANDLE_NACK", "NODE_HANDLE", "NODE_SOCKET_COUNT" }
local part, lie = process.argv[3], process.argv[4]
if part == "liar" then
    process.send({ cmd = lie, type = "net.Nothing", key = 5, count = 7 }, function() process.disconnect() end)
elseif part == "parent" then
    process.on("warning", function() end)
    fork(process.argv[2], { "liar", lie }):on("exit", function(code) process.exit(code) end)
else
    local function next_one(i)
        if i > #lies then return end
        fork(process.argv[2], { "parent", lies[i] }, { silent = true }):on("close", function(code)
            t(lies[i], code)
            next_one(i + 1)
        end)
    end
    next_one(1)
end
