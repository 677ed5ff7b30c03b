--- What the bad-input cases need for http.
local core = require("moonherd.core")
local http = require("moonherd.http")
local net = require("spec.support.bad_input.net")
local wait = require("spec.support.wait")

local function nothing() end

-- One server for all exchanges: what its handler gets is what the cases are tried on.
local server, exchange

local function port()
    if not server then
        server = http.createServer(function(req, res)
            exchange = { req = req, res = res }
        end)
        server:on("clientError", nothing)
        server:listen(0, "127.0.0.1")
        wait(function() return server:address() end, 10, "the server to listen")
        server:unref()
    end
    return server:address().port
end

--- A request that waits for its answer: { req =, res = } as the server's handler has them, and what asked.
local function ask()
    exchange = nil
    local asked = http.request({ port = port(), host = "127.0.0.1", agent = false })
    asked:on("error", nothing)
    asked:end_()
    -- Turns as short as can be: there are many of these.
    local late = wait.deadline(10)
    while not exchange do
        assert(not late(), "no request has come")
        core.run(1)
    end
    local got = exchange
    got.asked = asked
    got.req:on("error", nothing)
    got.res:on("error", nothing)
    return got
end

local function quiet(object)
    return object:on("error", nothing)
end

local function connection()
    local got = ask()
    local socket = quiet(got.req.socket)
    return socket
end

local function destroyed(make)
    return function()
        local object = make()
        object:destroy()
        wait.turn()
        return object
    end
end

local function destroy(object)
    object:destroy()
end

local function request()
    return quiet(http.request({ port = port(), host = "127.0.0.1", agent = false }))
end

local function response()
    return ask().res
end

local function message()
    return ask().req
end

local function listening()
    return http.createServer():listen({ port = 0, host = "127.0.0.1" })
end

local REQUEST_WORDS = { ["options.localAddress"] = "address" }

return {
    receivers = {
        ["moonherd.http.Server"] = {
            open = listening,
            closed = function() return listening():close() end,
            dispose = function(object) object:close() end,
        },
        ["moonherd.http.Socket"] = { open = connection, closed = destroyed(connection), dispose = destroy },
        ["moonherd.http.IncomingMessage"] = { open = message, closed = destroyed(message), dispose = destroy },
        ["moonherd.http.ServerResponse"] = { open = response, closed = destroyed(response), dispose = destroy },
        ["moonherd.http.ClientRequest"] = { open = request, closed = destroyed(request), dispose = destroy },
        ["moonherd.http.Agent"] = {
            open = function() return http.Agent() end,
            closed = destroyed(function() return http.Agent() end),
            dispose = destroy,
        },
    },
    valid = {
        ["http.request"] = function() return { "http://127.0.0.1:1/", { agent = false }, nothing } end,
        ["http.ClientRequest"] = function() return { "http://127.0.0.1:1/", { agent = false }, nothing } end,
        ["http.get"] = function() return { "http://127.0.0.1:1/", { agent = false }, nothing } end,
        ["http.ServerResponse"] = function() return { { method = "GET" } } end,
        ["moonherd.Readable:pipe"] = function() return { net.receivers["moonherd.Socket"].open() } end,
        ["http.validateHeaderValue"] = function() return { "name", "value" } end,
        ["moonherd.http.ServerResponse:writeHead"] = function() return { 200, "OK", { name = "value" } } end,
        ["moonherd.http.ServerResponse:writeEarlyHints"] = function()
            return { { link = "</style.css>; rel=preload" } }
        end,
        ["moonherd.http.OutgoingMessage:setHeaders"] = function() return { { name = "value" } } end,
        ["moonherd.http.OutgoingMessage:addTrailers"] = function() return { { name = "value" } } end,
        ["moonherd.http.Agent:createConnection"] = function() return { { port = 1, host = "127.0.0.1" } } end,
        ["moonherd.http.Agent:addRequest"] = function() return { request(), { port = 1, host = "127.0.0.1" } } end,
    },
    -- Node's words.
    named = {
        ["http.request"] = REQUEST_WORDS,
        ["http.ClientRequest"] = REQUEST_WORDS,
        ["http.get"] = REQUEST_WORDS,
        ["moonherd.http.ServerResponse:writeHead"] = { statusCode = "status code" },
        ["moonherd.http.ServerResponse:write"] = { chunk = { "chunk", "null values" } },
        ["moonherd.http.ClientRequest:write"] = { chunk = { "chunk", "null values" } },
    },
    options = {
        ["moonherd.http.RequestOptions"] = function()
            return { port = 1, host = "127.0.0.1", agent = false }
        end,
    },
    dispose = net.dispose,
}
