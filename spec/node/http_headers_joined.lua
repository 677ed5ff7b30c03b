-- IDs: HTTP-04 HTTP-05
local t = require("trace")
local http = require("http")
local ONCE = { "age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host",
    "if-modified-since", "if-unmodified-since", "last-modified", "location", "max-forwards", "proxy-authorization",
    "referer", "retry-after", "server", "user-agent" }
local JOINED = { "accept", "cache-control", "x-mine", "via", "forwarded", "date", "cookie", "set-cookie" }
local lines = { "GET / HTTP/1.1" }
local function add(...)
    for _, line in ipairs({ ... }) do lines[#lines + 1] = line end
end
local function add_twice(name)
    if name == "content-length" then return add("Content-Length: 0") end
    add(name:upper() .. ": first of " .. name)
    if name ~= "host" then add(name .. ":\t second of " .. name .. " \t") end
end
for _, name in ipairs(ONCE) do add_twice(name) end
for _, name in ipairs(JOINED) do add_twice(name) end
add("X-Empty:", "x-empty: full", "X-EMPTY:", "Proto__: 1", "Connection: close", "", "")
local server = http.createServer(function(req, res)
    t("headers", req.headers)
    t("raw", #req.rawHeaders, { unpack(req.rawHeaders, 1, 8) })
    t("same", req.headers == req.headers, req.headers["X-Mine"], req.headers["x-mine"])
    t("trailers", req.trailers, req.rawTrailers)
    res:setHeader("Set-Cookie", { "a=1", "b=2" })
    res:setHeader("X-List", { "1", "2" })
    res:setHeader("Age", { "1", "2" })
    res:end_()
end)
server:listen(0, "127.0.0.1", function()
    local port = server:address().port
    t.mask("port", port)
    t.ask(port, table.concat(lines, "\r\n"), function(text)
        t("answer", text)
        http.get({ host = "127.0.0.1", port = port, agent = false }, function(res)
            res.headers.date = nil
            t("answer's headers", res.headers)
            res:resume():on("end", function() server:close() end)
        end)
    end)
end)
