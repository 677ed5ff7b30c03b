--- HTTP servers of moonherd in this process, for specs.
--
--     local web = require "spec.support.web"
--     after_each(web.cleanup)
--
--     local server, port = web.serve(options, function(req, res) res:end_("hello") end)
--     local text = web.exchange(port, bytes)            -- all that comes back until the server ends the connection
--     local answer = web.ask(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
--     local body = web.body(req)                        -- collects: body.text(), body.ended

local clients = require("spec.support.http")
local http = require("moonherd.http")
local wait = require("spec.support.wait")

-- The first stream of a loop has libuv open a descriptor in reserve, which it keeps: not a leak of whoever is first.
do
    local core = require("moonherd.core")
    local ours, theirs = core.socketpair()
    core.stream({}, ours):close()
    core.closeFd(theirs)
    wait.drain()
end

local M = {}
local servers = {}

function M.serve(options, on_request)
    local server = http.createServer(options, on_request)
    servers[#servers + 1] = server
    server:listen(0, "127.0.0.1")
    wait(function() return server.listening end, 5, "the server to listen")
    return server, server:address().port
end

--- Sends bytes, ends our side unless told not to, and reads to the end; also how the connection broke, if it did.
function M.exchange(port, bytes, stay_open)
    local client = clients.connect(port)
    client:send(bytes)
    if not stay_open then
        client:shutdown()
    end
    return client:read_to_end()
end

--- Sends bytes on a new connection and reads one answer; the client comes back too.
function M.ask(port, bytes, head)
    local client = clients.connect(port)
    client:send(bytes)
    return client:response(nil, head), client
end

--- Collects a request's body.
function M.body(req)
    local parts = {}
    local body = { ended = false, size = 0 }
    function body.text()
        return table.concat(parts)
    end
    req:on("data", function(bytes)
        parts[#parts + 1] = bytes
        body.size = body.size + #bytes
    end)
    req:on("end", function() body.ended = true end)
    return body
end

--- Closes all clients and servers made here, and waits until nothing is left of them.
function M.cleanup()
    clients.cleanup()
    local left = #servers
    for _, server in ipairs(servers) do
        server:once("close", function() left = left - 1 end)
        server:close()
        server:closeAllConnections()
    end
    servers = {}
    wait(function() return left == 0 end, 5, "the servers to close")
end

return M
