--- HTTP/1.1 servers and clients, as Node's `http`.
--
--     local http = require "http"
--     local server = http.createServer(function(req, res)
--         res:setHeader("Content-Type", "text/plain")
--         res:end_("hello\n")
--     end)
--     server:listen(8000, "127.0.0.1")
--
--     http.get("http://127.0.0.1:8000/", function(res)
--         res:on("data", function(bytes) io.write(bytes) end)
--     end)
--
-- Requests and responses are read strictly (net/http_parser.h): a request that could be understood in two ways is
-- answered with 400, a response with an error.

local absent = require("moonherd.absent")
local agents = require("moonherd.http.agent")
local check = require("moonherd.check")
local client_request = require("moonherd.http.client_request")
local core = require("moonherd.core")
local headers = require("moonherd.http.headers")
local Response = require("moonherd.http.response")
local Server = require("moonherd.http.server")
local util = require("moonherd.util")

local M = {
    Server = util.callable(Server, Server.new),
    IncomingMessage = require("moonherd.http.incoming"),
    --- Called with a request, or with what stands for one ({ method = "GET" }), makes a response that is to be given
    --- a socket with assignSocket.
    ServerResponse = util.callable(Response, function(req)
        return Response.new(false, check.table(req, "req"))
    end),
    Agent = util.callable(agents.Agent, agents.new),
    --- The agent of requests that name none: it keeps connections for 5 s.
    globalAgent = agents.new({ keepAlive = true, scheduling = "lifo", timeout = 5000 }),
    --- Texts by status: STATUS_CODES[404] is "Not Found".
    STATUS_CODES = core.httpStatuses(),
    --- What the parser knows, sorted.
    METHODS = core.httpMethods(),
    maxHeaderSize = Server.maxHeaderSize,
}
table.sort(M.METHODS)

--- A server; `request_listener(req, res)` is its first listener of "request". For options see moonherd.http.server.
---@param options table|fun(req: moonherd.http.IncomingMessage, res: moonherd.http.ServerResponse)|nil
---@param request_listener fun(req: moonherd.http.IncomingMessage, res: moonherd.http.ServerResponse)?
---@return moonherd.http.Server
function M.createServer(options, request_listener)
    check.no_object(options, M, "http.createServer")
    return (Server.new(options, request_listener))
end

M.ClientRequest = util.callable(client_request.ClientRequest, function(...)
    return client_request.new(M.globalAgent, ...)
end)

--- A request, which is sent when it is ended: (url, options?, callback?) or (options, callback?). For options see
--- moonherd.http.client_target; the callback is a listener of "response".
---@param url string|table
---@param options table|fun(res: moonherd.http.IncomingMessage)|nil
---@param callback fun(res: moonherd.http.IncomingMessage)?
---@return moonherd.http.ClientRequest
function M.request(url, options, callback)
    check.no_object(url, M, "http.request")
    return (client_request.new(M.globalAgent, url, options, callback))
end

--- The same, ended at once: for a request without a body.
function M.get(url, options, callback)
    check.no_object(url, M, "http.get")
    local req = client_request.new(M.globalAgent, url, options, callback)
    req:end_()
    return req
end

absent.add(M, "http", {
    CloseEvent = 'the event "close"',
    MessageEvent = 'the event "message"',
    OutgoingMessage = "http.ServerResponse or http.ClientRequest",
    WebSocket = 'the event "upgrade", of a server or of a request',
    _connectionListener = 'server:emit("connection", socket)',
    setMaxIdleHTTPParsers = "nothing: a parser is a part of its connection here",
})

--- Raises ERR_INVALID_HTTP_TOKEN unless it can be a header's name.
---@param name string
function M.validateHeaderName(name)
    local _ = headers.key(name)
end

--- Raises ERR_HTTP_INVALID_HEADER_VALUE or ERR_INVALID_CHAR unless it can be a header's value.
---@param name string
---@param value any
function M.validateHeaderValue(name, value)
    headers.key(name)
    local _ = headers.values(name, value)
end

return M
