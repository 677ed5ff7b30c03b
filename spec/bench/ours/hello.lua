-- One worker that says hello over HTTP, behind round robin: prints "port N" and serves until it is ended.
local cluster = require("cluster")

if cluster.isPrimary then
    cluster.on("listening", function(_, address)
        print("port " .. address.port)
    end)
    cluster.fork()
    return
end

require("http").createServer(function(_, response)
    response:writeHead(200, { ["Content-Type"] = "text/plain", ["Content-Length"] = 14 })
    response:end_("Hello, world!\n")
end):listen(0, "127.0.0.1")
