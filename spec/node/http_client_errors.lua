-- IDs: HTTP-27
local t = require("trace")
local errors = require("moonherd.errors")
local http = require("http")
local net = require("net")
local EVENTS = { "abort", "close", "error", "finish", "timeout" }
local behave
local server = net.createServer(function(socket)
    socket:on("error", function() end)
    socket:once("data", function() behave(socket) end)
end)
local HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
local port, step
local function mine() return errors.new("Error", nil, "mine") end
local function nothing() end
local function go_on(req) req:on("close", function() setImmediate(step) end) end
--- One request; what becomes of it until its close.
local function ask(label, how, watch, open)
    return function()
        behave = how
        t(label)
        local req = http.request({ host = "127.0.0.1", port = port, agent = false })
        t.on(req, "req", EVENTS)
        req:on("response", function(res)
            t("response", res.statusCode)
            t.on(res, "res", { "data", "aborted", "end", "error", "close" })
        end)
        req:on("close", function() t("at close", req.destroyed, req.aborted, req.writableFinished) end)
        go_on(req)
        if watch then watch(req) end
        if not open then req:end_() end
    end
end
local function later(fn)
    return function(req)
        req:on("finish", function() setTimeout(fn, 50, req) end)
    end
end
local function at_data(fn)
    return function(req)
        req:on("response", function(res)
            res:once("data", function() fn(req, res) end)
        end)
    end
end
local function says(text)
    return function(socket) socket:end_(text) end
end
local function starts(socket) socket:write(HEAD .. "abc") end
local function watched(label, options)
    options.agent = false
    local req = http.get(options)
    t.on(req, label, { "abort", "close", "error", "finish", "response", "timeout" })
    go_on(req)
    return req
end
local steps = {
    ask("closed without a word", function(socket) socket:destroy() end),
    ask("ended without a word", function(socket) socket:end_() end),
    ask("reset", function(socket) socket:resetAndDestroy() end),
    ask("cut in mid-head", says("HTTP/1.1 200 OK\r\nConte")),
    ask("cut in mid-body", says(HEAD .. "abc")),
    ask("reset in mid-body", function(socket)
        socket:write(HEAD .. "abc")
        setTimeout(function() socket:resetAndDestroy() end, 50)
    end),
    function()
        behave = says("nonsense\r\n\r\n")
        local req = http.get({ host = "127.0.0.1", port = port, agent = false })
        req:on("error", function(err) t("no HTTP", err.code, err.message:sub(1, 12)) end)
        go_on(req)
    end,
    ask("a body to the end of the connection", says("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it")),
    ask("destroy before the socket", function() t("never") end, function(req)
        t("destroy", req:destroy() == req, req.destroyed)
        req:destroy()
    end, true),
    ask("destroy with an error before the socket", function() t("never") end, function(req) req:destroy(mine()) end,
        true),
    ask("destroy while it waits", nothing, later(function(req) req:destroy() end)),
    ask("destroy with an error while it waits", nothing, later(function(req) req:destroy(mine()) end)),
    ask("destroy when it is answered", starts, at_data(function(req) req:destroy() end)),
    ask("destroy with an error when it is answered", starts, at_data(function(req) req:destroy(mine()) end)),
    ask("the answer's destroy", starts, at_data(function(_, res) res:destroy() end)),
    ask("the answer's destroy with an error", starts, at_data(function(_, res) res:destroy(mine()) end)),
    ask("abort", nothing, later(function(req)
        req:abort()
        req:abort()
        t("aborted", req.aborted, req.destroyed)
    end)),
    ask("timeout, and destroy", nothing, function(req)
        t("setTimeout", req:setTimeout(50, function() t("timed out") req:destroy() end) == req, req.timeout)
    end),
    ask("write after end", says(HEAD .. "0123456789"), function(req)
        req:on("finish", function() req:write("x", function(err) t("written", err) end) end)
    end),
    ask("end after end", says(HEAD .. "0123456789"), function(req)
        req:on("finish", function() req:end_(function(err) t("ended", err) end) end)
    end),
    function()
        local controller = AbortController()
        behave = function() controller:abort() end
        watched("signal", { host = "127.0.0.1", port = port, signal = controller.signal })
    end,
    function() watched("aborted signal", { host = "127.0.0.1", port = port, signal = AbortSignal.abort() }) end,
    function()
        behave = nothing
        local req = watched("option timeout", { host = "127.0.0.1", port = port, timeout = 50 })
        req:on("timeout", function()
            t("socket's", req.timeout, req.socket.timeout)
            req:destroy()
        end)
    end,
    function() server:close(function() watched("refused", { host = "127.0.0.1", port = 1 }) end) end,
    function() watched("no path", { socketPath = process.env.TRACE_DIR .. "/nobody" }) end,
    function()
        local req = http.get({ host = "nobody.invalid", agent = false })
        req:on("error", function(err)
            t("no host", err.code == "ENOTFOUND" or err.code == "EAI_AGAIN", err.syscall, err.hostname)
        end)
        req:on("close", function() t("done") end)
    end,
}
step = function() table.remove(steps, 1)() end
server:listen(0, "127.0.0.1", function()
    port = server:address().port
    step()
end)
