-- IDs: DG-04 DG-05 DG-06
local t = require("trace")
local dgram = require("dgram")
local server = dgram.createSocket("udp4")
local client = dgram.createSocket("udp4")
local port
local function sent(err, n) t("sent", err, n) end
local forms = {
    function() return "whole", port end,
    function() return "whole and address", port, "127.0.0.1" end,
    function() return "with callback", port, sent end,
    function() return "all", port, "127.0.0.1", sent end,
    function() return "port as text", tostring(port), "127.0.0.1" end,
    function() return "name", port, "localhost" end,
    function() return "empty address", port, "" end,
    function() return "sliced text", 7, 4, port end,
    function() return "sliced text", 0, 6, port, "127.0.0.1" end,
    function() return "sliced text", 2, 3, port, sent end,
    function() return "sliced text", 11, 0, port, "127.0.0.1", sent end,
    function() return { "a ", "list ", "of ", "four" }, port end,
    function() return { "one" }, port, "127.0.0.1", sent end,
    function() return {}, port, sent end,
    function() return "", port, sent end,
    function() return "\0\1\2", port end,
    function() return ("x"):rep(60000), port, sent end,
}
local client_port
local function next_form()
    local form = table.remove(forms, 1)
    if form then
        return t("returns", client:send(form()))
    end
    server:close()
    client:close()
end
server:on("message", function(text, from)
    if not client_port then
        client_port = client:address().port
        t.mask("CLIENT", client_port)
    end
    t("message", #text > 100 and #text or text, from, from.port == client_port)
    setImmediate(next_form) -- what the callback traces comes first
end)
server:bind(0, "127.0.0.1", function()
    port = server:address().port
    t.mask("SERVER", port)
    next_form()
end)
