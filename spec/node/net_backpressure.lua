-- IDs: NET-22 NET-24 NET-29 NET-33
local t = require("trace")
local net = require("net")
local server
server = net.createServer(function(s)
    s:pause()
    t("paused", s:isPaused())
    local total = 0
    s:on("data", function(d) total = total + #d end)
    s:on("end", function() t("all", total) server:close() end)
    setTimeout(function() t("resumes") s:resume() end, 100)
end)
server:listen(0, "127.0.0.1", function()
    local c = net.connect(server:address().port, "127.0.0.1")
    t("small", c:write("x"), c.writableLength)
    t("much", c:write(("y"):rep(20000000)), c.writableNeedDrain)
    c:on("drain", function() t("drain", c.writableLength, c.writableNeedDrain) c:end_() end)
end)
