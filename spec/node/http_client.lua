-- IDs: HTTP-27
local t = require("trace")
local http = require("http")
local function tidy(list)
    for i, value in ipairs(list) do
        list[i] = value:gsub("^127.0.0.1:%d+$", "127.0.0.1:<port>"):gsub("^%w+, %d%d .*GMT$", "<date>")
    end
    return list
end
local server = http.createServer(function(req, res)
    local body = ""
    req:on("data", function(d) body = body .. d end)
    req:on("end", function()
        t("server got", req.method, req.url, tidy(req.rawHeaders), body, req.trailers)
        res:setHeader("X-Twice", { "a", "b" })
        if req.url == "/trailers" then
            res:setHeader("Trailer", "X-Sum")
            res:write("one")
            res:addTrailers({ ["X-Sum"] = "3" })
        end
        res:end_(req.method == "HEAD" and "" or "answer")
    end)
end)
local EVENTS = { "abort", "close", "connect", "continue", "drain", "error", "finish", "information", "timeout",
    "upgrade" }
local port, step
local function with(options)
    options.host, options.port, options.agent = "127.0.0.1", port, false
    return options
end
local function go_on(res) res:resume():on("close", step) end
local steps = {
    function()
        local req
        req = http.request(with({ path = "/plain?a=b" }), function(res)
            t("response", res.statusCode, res.statusMessage, res.httpVersion, tidy(res.rawHeaders),
                res.headers["x-twice"], req.res == res)
            t("socket", req.socket == res.socket, res.req == req)
            t.on(res, "res", { "data", "end", "close", "error", "aborted" })
            res:on("end", function() t("at end", res.complete, res.trailers, res.readableEnded) end)
        end)
        t("fields", req.method, req.path, req.host, req.protocol, req.reusedSocket, req.maxHeadersCount,
            req.shouldKeepAlive)
        t("states", req.writableEnded, req.writableFinished, req.destroyed, req.aborted, req.headersSent, req.socket)
        t("headers", (req:getHeader("host"):gsub("%d+$", "<port>")), req:getHeaderNames(), req:hasHeader("Host"))
        t.on(req, "req", EVENTS)
        req:on("socket", function(socket) t("req socket", socket == req.socket, socket.connecting) end)
        req:on("close", function() t("at close", req.destroyed, req.writableFinished) step() end)
        t("end", req:end_(function() t("end's callback") end) == req, req.writableEnded, req.headersSent)
    end,
    function()
        http.get("http://127.0.0.1:" .. port .. "/by/url?x=1#hash",
            { headers = { "Host", "mine", "X-Mine", "1", "x-list", "a", "x-list", "b" }, agent = false }, go_on)
    end,
    function()
        local req = http.request(with({ method = "POST", path = "/chunks" }), go_on)
        t("write", req:write("one,", function() t("written") end), req.headersSent)
        req:write("two")
        req:addTrailers({ ["X-Sum"] = "7" })
        req:end_(",three")
    end,
    function()
        local req = http.request(
            with({ method = "put", path = "/length", headers = { ["Content-Length"] = 3 } }), go_on)
        req:end_("abc")
    end,
    function() http.request(with({ method = "POST", path = "/empty" }), go_on):end_() end,
    function()
        http.request(with({ method = "HEAD", path = "/head" }), function(res)
            t("head", res.headers["content-length"], res.headers["transfer-encoding"])
            go_on(res)
        end):end_()
    end,
    function()
        http.get(with({ path = "/trailers" }), function(res)
            res:on("end", function() t("trailers", res.trailers, res.rawTrailers) end)
            go_on(res)
        end)
    end,
    function()
        http.get(with({ path = "/list", setHost = false,
            headers = { "Host", "mine", "X-Raw", "1", "X-Raw", "2" } }), go_on)
    end,
    function() http.get(with({ path = "/auth", auth = "user:pass" }), go_on) end,
    function()
        local req = http.get(with({ path = "/nobody-listens" }))
        req:on("close", function() t("closed without a listener of response") step() end)
    end,
    function()
        local req = http.request(with({ path = "/flush" }), go_on)
        req:flushHeaders()
        t("flushed", req.headersSent)
        req:end_()
    end,
    function() server:close(function() t("server closed") end) end,
}
step = function() table.remove(steps, 1)() end
server:listen(0, "127.0.0.1", function()
    port = server:address().port
    step()
end)
