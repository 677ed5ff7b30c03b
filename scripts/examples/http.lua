-- http.lua - a to-do list over HTTP, in JSON.
--
--     scripts/run scripts/examples/http.lua             PORT (8000) and HOST change it
--     curl localhost:8000/todos
--     curl localhost:8000/todos -d '{"text":"feed the herd"}'
--     curl localhost:8000/todos/1 -X DELETE
--
-- What to look at: a handler made by async.wrap may wait, here for the body; a body is refused before it is read when
-- it is too large; and whatever goes wrong in a handler is one answer with 500, not the end of the server.

local async = require "async"
local http = require "http"
local json = require "json"

local HOST, PORT = process.env.HOST or "127.0.0.1", tonumber(process.env.PORT) or 8000
local MAX_BODY = 65536

local todos, last = {}, 0

local function reply(res, status, value)
    res:writeHead(status, { ["Content-Type"] = "application/json" })
    res:end_(json.encode(value) .. "\n")
end

--- The whole body, or nil if there is too much of it.
local function read_body(req)
    local parts, size = {}, 0
    for bytes in async.on(req, "data") do
        size = size + #bytes
        if size > MAX_BODY then
            return nil
        end
        table.insert(parts, bytes)
    end
    return table.concat(parts)
end

local routes = {}

routes["GET /todos"] = function(_, res)
    local list = json.array({})
    for id = 1, last do
        table.insert(list, todos[id])
    end
    reply(res, 200, list)
end

routes["POST /todos"] = function(req, res)
    local body = read_body(req)
    local ok, todo = pcall(json.decode, body or "")
    if not body then
        return reply(res, 413, { error = ("more than %d bytes"):format(MAX_BODY) })
    elseif not ok or type(todo) ~= "table" or type(todo.text) ~= "string" then
        return reply(res, 400, { error = 'send {"text":"..."}' })
    end
    last = last + 1
    todos[last] = { id = last, text = todo.text }
    reply(res, 201, todos[last])
end

routes["DELETE /todos/N"] = function(_, res, id)
    if not todos[id] then
        return reply(res, 404, { error = ("there is no %d"):format(id) })
    end
    todos[id] = nil
    reply(res, 200, { done = id })
end

local server = http.createServer(async.wrap(function(req, res)
    local path, id = req.url:match("^([^?]*)"):gsub("/(%d+)$", "/N"), tonumber(req.url:match("/(%d+)$"))
    local route = routes[req.method .. " " .. path]
    if not route then
        return reply(res, 404, { error = "try GET or POST /todos, DELETE /todos/1" })
    end
    local ok, err = pcall(route, req, res, id)
    if not ok then
        console.error("%s %s: %s", req.method, req.url, tostring(err))
        if not res.headersSent then
            reply(res, 500, { error = "that is our fault" })
        end
    end
end))

server:on("error", function(err)
    console.error("cannot serve: %s; HOST and PORT change it", err.message)
    process.exit(1)
end)
server:listen(PORT, HOST, function()
    console.log("to-do list at http://%s:%d/todos", HOST, server:address().port)
end)
