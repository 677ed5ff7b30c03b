-- IDs: CP-60 CP-61 CP-67 ER-08 ER-10 ER-11
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("disconnect", function() end)
else
    local child = fork(process.argv[2], { "child" })
    t.throws("nothing", function() child:send() end)
    t.throws("function", function() child:send(function() end) end)
    t.throws("handle", function() child:send("x", {}) end)
    for _, bad in ipairs({ 5, "x", true }) do t.throws("options", function() child:send("x", nil, bad) end) end
    local loop = {}
    loop.self = loop
    local _, err = pcall(child.send, child, loop)
    t("cycle", err.name)
    t("sent", child:send("x", function(e) t("written", e) child:disconnect() end))
    child:on("exit", function(code) t("exit", code) end)
end
