-- IDs: HTTP-02 HTTP-22
local t = require("trace")
local http = require("http")
local net = require("net")
local function get(path) return ("GET %s HTTP/1.1\r\nHost: x\r\n\r\n"):format(path) end
local later = false
local server = http.createServer(function(req, res)
    t("request", req.url)
    if later then setTimeout(function() res:end_("late") end, 20) else res:end_("ok") end
end)
server.maxRequestsPerSocket = 2
server.keepAliveTimeout = 50
server:on("dropRequest", function(req, socket) t("dropRequest", req.url, socket == req.socket) end)
--- Given by hand, as a socket that another process sent would be.
local function by_hand(done)
    local front = net.createServer(function(socket)
        server:emit("connection", socket)
        t("socket.server", socket.server == server)
    end)
    front:listen(0, "127.0.0.1", function()
        local request = "GET /by/hand HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        t.ask(front:address().port, request, function(text)
            t("answer", text)
            front:close(function() done() end)
        end)
    end)
end
server:on("connection", function(socket) t("connection", socket.server == server) end)
server:on("close", function() t("close") end)
server:listen(0, "127.0.0.1", function()
    local port = server:address().port
    t.ask(port, get("/1") .. get("/2") .. get("/3") .. get("/4"), function(first)
        t("answer", first)
        later = true
        t.ask(port, get("/1") .. get("/2") .. get("/3"), function(second)
            t("answer", second)
            later = false
            server.maxRequestsPerSocket = 1
            t.ask(port, get("/1"), function(third)
                t("answer", third)
                by_hand(function() server:close() end)
            end)
        end)
    end)
end)
