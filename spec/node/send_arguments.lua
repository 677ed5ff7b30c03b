-- IDs: CP-60 CP-61 CP-62 CP-66 CP-83 PR-02 ER-01 ER-02 ER-08 ER-10 ER-11
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function(m) process.send(m) end)
    return
end
local null = require("moonherd.core").null
local child = fork(process.argv[2], { "child" })
local function c(...) t("callback", ...) end
t.throws("nothing", function() child:send() end)
for _, message in ipairs({ function() end }) do t.throws("message", function() child:send(message, c) end) end
for _, handle in ipairs({ 5, "x", true, {}, process }) do
    t.throws("handle", function() child:send("x", handle, c) end)
end
for _, options in ipairs({ 5, "x", true }) do
    t.throws("options", function() child:send("x", nil, options) end)
    t.throws("options", function() child:send("x", nil, options, c) end)
end
t("message", child:send("a"), child:send("b", c), child:send("c", nil, c), child:send("d", nil, nil, c))
t("options", child:send("e", nil, {}), child:send("f", nil, {}, c), child:send("g", nil, {}, c),
    child:send("h", nil, { keepOpen = true }, c))
t("falsy", child:send(0), child:send(""), child:send(false), child:send(null))
local sent = {}
child:on("message", function(m)
    sent[#sent + 1] = m
    if #sent == 12 then
        t("came back", sent)
        child:disconnect()
    end
end)
child:on("disconnect", function()
    -- Who is not connected is told that, whatever the arguments.
    t("disconnect", child.connected, child.channel)
    t("after", child:send("x", c), child:send("x", nil, c), child:send("x", nil, nil, c), child:send("x"))
    t.throws("nothing after", function() t("sent", child:send()) end)
    t.throws("handle after", function() t("sent", child:send("x", {})) end)
    t.throws("options after", function() child:send("x", nil, 5) end)
    child:disconnect()
end)
child:on("error", function(err) t("error", err) end)
child:on("exit", function(code) t("exit", code) end)
