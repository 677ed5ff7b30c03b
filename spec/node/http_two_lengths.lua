-- IDs: HTTP-18
local t = require("trace")
local http = require("http")
local LENGTH, CODING = "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"
local heads = { CODING .. LENGTH, LENGTH .. CODING, LENGTH .. "X: y\r\n" .. CODING, CODING .. "X: y\r\n" .. LENGTH,
    LENGTH .. LENGTH }
local server
server = http.createServer(function() t("never") end):listen(0, "127.0.0.1", function()
    server:on("clientError", function(err, socket) t("clientError", err.code, err.message) socket:destroy() end)
    local function next_one(i)
        if i > #heads then return server:close() end
        local request = "POST / HTTP/1.1\r\nHost: x\r\n" .. heads[i] .. "\r\nabc"
        t.ask(server:address().port, request, function(text) t("answer", text) next_one(i + 1) end)
    end
    next_one(1)
end)
