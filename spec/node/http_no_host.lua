-- IDs: HTTP-17
local t = require("trace")
local http = require("http")
local server
server = http.createServer(function() t("never") end):listen(0, "127.0.0.1", function()
    t.ask(server:address().port, "GET /nohost HTTP/1.1\r\n\r\n", function(text) t("answer", text) server:close() end)
end)
