-- IDs: HTTP-04 HTTP-09 HTTP-10 HTTP-27 CP-56
local t = require("trace")
local http = require("http")
local spawn = require("child_process").spawn
local SIZE = 8 * 1048576
local agent = http.Agent({ keepAlive = false })
local next_step
local function serve(handler, done)
    local server = http.createServer(handler)
    server:listen(0, "127.0.0.1", function()
        done(server:address().port, function() server:close(next_step) end)
    end)
end
local function ask(port, options, body, done)
    options.port, options.host, options.agent = port, "127.0.0.1", agent
    local req = http.request(options, function(res)
        local parts = {}
        res:on("data", function(d) parts[#parts + 1] = d end)
        res:on("end", function() done(res, table.concat(parts)) end)
    end)
    if body then
        req:end_(body)
    end
    return req
end
local function answered(close)
    return function(_, text)
        t("answer", text)
        close()
    end
end
local steps = {
    function()
        serve(function(req, res) -- an echo, piped
            t("fields", req.readableFlowing, req:isPaused(), req.readableEnded, req.readableHighWaterMark)
            t("res", res.writableHighWaterMark, res.writableLength, res.writableCorked, res.writableNeedDrain,
                res.writableObjectMode)
            res:on("pipe", function(from) t("pipe", from == req) end)
            res:on("unpipe", function(from) t("unpipe", from == req) end)
            t("returns", req:pipe(res) == res, req.readableFlowing)
        end, function(port, close)
            ask(port, { method = "POST" }, "hello", answered(close))
        end)
    end,
    function()
        serve(function(req, res) -- pause holds it, resume lets it come
            local text = ""
            req:on("data", function(d) text = text .. d end)
            req:pause()
            t("paused", req:isPaused(), req.readableFlowing)
            setImmediate(function() setImmediate(function()
                t("nothing came", text, req.readableEnded)
                t("resume", req:resume() == req, req:isPaused())
            end) end)
            req:on("end", function() t("end", text, req.readableEnded, req.complete) res:end_("ok") end)
        end, function(port, close)
            ask(port, { method = "POST" }, "body", answered(close))
        end)
    end,
    function()
        serve(function(req, res) -- prepended listeners do not start it
            req:prependListener("data", function(d) t("data", d) end)
            t("prepended", req.readableFlowing)
            req:once("end", function() res:end_("ok") end)
            setImmediate(function() t("still", req.readableFlowing) req:resume() end)
        end, function(port, close)
            ask(port, { method = "POST" }, "x", answered(close))
        end)
    end,
    function()
        serve(function(req, res) -- through a program
            local child = spawn("cat", {}, { stdio = { "pipe", "pipe", "inherit" } })
            req:pipe(child.stdin)
            child.stdout:pipe(res)
        end, function(port, close)
            ask(port, { method = "POST" }, ("y"):rep(SIZE), function(_, text)
                t("by cat", #text, text:find("^y*$") ~= nil)
                close()
            end)
        end)
    end,
    function()
        serve(function(req, res) req:pipe(res) end, function(behind, close) -- through a proxy
            local proxy = http.createServer(function(req, res)
                local onward = http.request({ port = behind, host = "127.0.0.1", method = req.method, path = req.url,
                    agent = agent }, function(answer)
                    res:writeHead(answer.statusCode)
                    answer:pipe(res)
                end)
                t("request", onward.writableHighWaterMark, onward.writableLength, onward.writableCorked,
                    onward.writableNeedDrain)
                onward:on("pipe", function(from) t("pipe", from == req) end)
                req:pipe(onward)
            end)
            proxy:listen(0, "127.0.0.1", function()
                ask(proxy:address().port, { method = "PUT", path = "/p" }, ("z"):rep(SIZE), function(res, text)
                    t("by proxy", res.statusCode, #text, text:find("^z*$") ~= nil)
                    proxy:close(close)
                end)
            end)
        end)
    end,
    function()
        serve(function(req, res) -- a response cannot be read
            res:on("error", function(err) t("res", err) end)
            t("pipe", res:pipe(res))
            req:resume():on("end", function() res:end_() end)
        end, function(port, close)
            local req = ask(port, { method = "POST" }, nil, function() close() end)
            req:on("error", function(err) t("req", err) end)
            req:pipe(req)
            req:end_()
        end)
    end,
    function()
        serve(function(req, res) -- end: false
            req:pipe(res, { end_ = false })
            req:on("end", function() t("open", res.writableEnded) res:end_(" and more") end)
        end, function(port, close)
            ask(port, { method = "POST" }, "body", answered(close))
        end)
    end,
    function() t("done") end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
