-- IDs: CP-87 CP-82 PR-07
local t = require("trace")
local fork = require("child_process").fork
local messages = { { cmd = "NODE_X" }, { cmd = "NODE_", n = 1 }, { cmd = "node_x", n = 2 }, { cmd = "XNODE_X", n = 3 },
    { cmd = "NODE_Y", data = { 1, { a = "b" } } }, { cmd = 5, n = 4 }, { cmd = { "NODE_X" }, n = 5 }, "NODE_X",
    { "NODE_X" }, { x = { cmd = "NODE_X" } } }
if process.argv[3] then
    t.role("child")
    t.on(process, "process", { "internalMessage", "message" })
    process.on("message", function(m)
        if m ~= "end" then return end
        for _, message in ipairs(messages) do process.send(message) end
        process.disconnect()
    end)
else
    local child = fork(process.argv[2], { "child" })
    t.on(child, "child", { "internalMessage", "message", "disconnect", "exit" })
    for _, message in ipairs(messages) do child:send(message) end
    child:send("end")
end
