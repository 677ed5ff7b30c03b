-- IDs: HTTP-18
local t = require("trace")
local http = require("http")
local server
server = http.createServer(function() t("never") end):listen(0, "127.0.0.1", function()
    server:on("clientError", function(err, socket) t("clientError", err.code) socket:destroy() end)
    local request = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"
    t.ask(server:address().port, request, function(text) t("answer", text) server:close() end)
end)
