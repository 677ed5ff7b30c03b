--- The stops of tour.lua that lie on the network: streams, names, datagrams, HTTP.
--
--     local net = require("tour_net")(tour)     -- puts them into tour.stops
--     local fd, port = net.listening()

return function(tour)
    local core = tour.core -- engine by engine, where several are on one Lua state
    local owner, need, fail, fail_on_code, finish = tour.owner, tour.need, tour.fail, tour.fail_on_code, tour.finish
    local stops, net = tour.stops, {}

    --- A listening socket and its port.
    function net.listening()
        local fd = need(core.listenSocket("127.0.0.1", 0, {}))
        return fd, need(core.fdAddress(fd)).port
    end

    local function serve(fd)
        local own = owner({
            on_data = function(self, bytes)
                need(self.box:write(bytes))
            end,
            on_end = function(self)
                self.box:close()
            end,
            on_error = function(_, _, code)
                fail(code)
            end,
            on_closed = finish,
        })
        own.box = need(core.stream(own, fd))
        own.box:readStart()
    end

    local function call(port)
        local got = 0
        local own = owner({
            on_connect = function(self, _, code)
                fail_on_code(nil, code)
                need(self.box:write(tour.large))
                self.box:readStart()
            end,
            on_data = function(self, bytes)
                got = got + #bytes
                if got == #tour.large then
                    need(self.box:shutdown())
                end
            end,
            on_shutdown = fail_on_code,
            on_end = function(self)
                self.box:close()
            end,
            on_error = function(_, _, code)
                fail(code)
            end,
            on_closed = finish,
        })
        own.box = need(core.connect(own, "127.0.0.1", port))
    end

    function stops.stream()
        local fd, port = net.listening()
        local own = owner({
            on_accept = function(self, accepted)
                self.box:close()
                serve(accepted)
            end,
            on_closed = finish,
        })
        own.box = need(core.listener(own, fd))
        tour.wait_for(2) -- client and server
        call(port)
    end

    function stops.resolve()
        local own = owner({
            on_resolved = function(_, list, _, code)
                need(list, nil, code)
            end,
            on_closed = finish,
        })
        own.box = need(core.resolve(own, "127.0.0.1"))
    end

    --- Two sockets; the second gets more datagrams than one batch, the first an answer to the last of them.
    function stops.datagram()
        local COUNT = 40
        local function socket(methods)
            methods.on_error = function(_, _, code)
                fail(code)
            end
            methods.on_sent = function(_, _, _, code)
                fail_on_code(nil, code)
            end
            methods.on_closed = finish
            local own = owner(methods)
            local fd = need(core.datagramSocket("127.0.0.1", 0, {}))
            own.port = need(core.fdAddress(fd)).port
            own.box = need(core.datagram(own, fd))
            return own
        end
        tour.wait_for(1) -- both close
        local got = 0
        local first = socket({
            on_message = function(self, bytes)
                if bytes ~= "answer" then
                    fail("datagram")
                end
                self.box:close()
            end,
        })
        local second = socket({
            on_message = function(self, _, address, port)
                got = got + 1
                if got == COUNT then
                    need(self.box:send("answer", address, port))
                    self.box:close()
                end
            end,
        })
        need(first.box:connect("127.0.0.1", second.port))
        for i = 1, COUNT do
            need(first.box:send(("x"):rep(i)))
        end
    end

    --- A connection that carries two requests, and the parser of their answers.
    local function http_client(port)
        local parser = core.httpResponses(65536)
        local body, ends = "", 0
        local function parse(self, bytes)
            local at = 1
            while true do
                local step, next, value = parser:parse(bytes, at)
                at = next
                if step == "more" then
                    return
                elseif step == "bad" then
                    fail(value)
                elseif step == "body" then
                    body = body .. value
                elseif step == "end" then
                    ends = ends + 1
                end
                if ends == 3 then -- one of them of an interim head
                    if body ~= "hello" .. tour.large then
                        fail("body of an answer")
                    end
                    self.box:close()
                    return
                end
            end
        end
        local own = owner({
            on_connect = function(self, _, code)
                fail_on_code(nil, code)
                need(self.box:write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"))
                need(self.box:write("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"))
                need(self.box:write("5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n"))
                self.box:readStart()
            end,
            on_data = parse,
            on_error = function(_, _, code)
                fail(code)
            end,
            on_closed = finish,
        })
        own.box = need(core.connect(own, "127.0.0.1", port))
    end

    local WHOLE = 1 -- see bind/l_http.h

    local function http_connection(server, fd)
        local own = owner({
            on_request = function(self, method, _, fields)
                if core.httpHeaders(fields).host ~= "x" then
                    fail("headers")
                elseif method == "GET" then
                    need(self.box:reply(200, "OK", { "X-A", "b" }, "hello", WHOLE))
                else
                    self.box:flow(true)
                end
            end,
            on_body = function(_, bytes)
                if bytes ~= "hello" then
                    fail("body of a request")
                end
            end,
            on_received = function(self, trailers)
                if core.httpHeaders(trailers)["x-trailer"] ~= "y" then
                    fail("trailers")
                end
                need(self.box:interim(103, { "Link", "</a>" }))
                need(self.box:reply(200, "OK", {}, "", 0))
                need(self.box:write(tour.large))
                need(self.box:finish({ "X-B", "c" }))
                self.box:tellFlushed()
            end,
            on_flushed = function() end,
            on_bad = function(_, code)
                fail(code)
            end,
            on_closed = function()
                server.box:closeAll()
                server.box:close()
                finish()
            end,
        })
        own.box = need(core.http(own, server.box, fd))
    end

    function stops.http()
        tour.wait_for(3) -- server, connection and client
        local server = owner({ on_closed = finish })
        server.box = need(core.httpServer(server))
        server.box:set({ maxHeaderSize = 8192 })
        local fd, port = net.listening()
        local own = owner({
            on_accept = function(self, accepted)
                self.box:close()
                http_connection(server, accepted)
            end,
            on_closed = finish,
        })
        own.box = need(core.listener(own, fd))
        http_client(port)
    end

    return net
end
