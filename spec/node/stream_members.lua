-- IDs: NET-24 NET-25 NET-29 NET-33
local t = require("trace")
local net = require("net")
local c
local function write()
    local function state(label)
        t(label, c.writable, c.writableLength, c.writableCorked, c.writableNeedDrain, c.writableEnded,
            c.writableFinished)
    end
    state("connected")
    for _, name in ipairs({ "x", 5, true }) do
        t.throws("write", function() c:write("text", name) end)
        t.throws("setDefaultEncoding", function() c:setDefaultEncoding(name) end)
        t.throws("end", function() c:end_("text", name) end)
    end
    t("setDefaultEncoding", c:setDefaultEncoding("utf8") == c)
    t("cork", c:cork())
    c:cork()
    t("one", c:write("one, ", "utf8", function(err) t("one written", err) end))
    t("two", c:write("two", function(err) t("two written", err) end))
    state("corked")
    t("uncork", c:uncork())
    state("once")
    c:uncork()
    state("twice")
    c:uncork()
    state("more than that")
    c:cork()
    t("much", c:write(("x"):rep(20000)))
    state("full")
    c:on("drain", function()
        state("drain")
        c:on("finish", function() state("finish") end)
        c:cork()
        c:write("last ")
        t("end", c:end_("words", function() t("ended") end) == c)
        state("ended")
    end)
    setImmediate(function() c:uncork() end)
end
local server
server = net.createServer(function(s)
    server:close()
    local function state()
        return { s.readable, s.readableFlowing == nil and "nil" or s.readableFlowing, s.readableEnded,
            s.readableLength, s:isPaused() }
    end
    t("read", state())
    t("encoding", s.readableEncoding, s.readableObjectMode, s.readableHighWaterMark)
    for _, name in ipairs({ "x", 5, true, {} }) do
        t.throws("setEncoding", function() s:setEncoding(name) end)
    end
    t("setEncoding", s:setEncoding() == s, s.readableEncoding, s:setEncoding("UTF-8") == s, s.readableEncoding)
    s:prependListener("data", function() end)
    t("prepended", state())
    local text = ""
    s:on("data", function(d) text = text .. d end)
    t("listening", state())
    t("pause", s:pause() == s, state())
    t("on of a paused one", s:on("data", function() end) == s, s.readableFlowing)
    t("resume", s:resume() == s, state())
    local at_end
    s:on("end", function() at_end = state() end)
    s:on("close", function() setImmediate(function() -- what the other end traces comes first
        t("end", at_end, #text, (text:gsub("x+", "x")))
        t("close", s.closed, s.errored, state())
    end) end)
    if not c.connecting then
        write()
    else
        c:once("connect", write)
    end
end)
server:listen(0, "127.0.0.1", function() c = net.connect(server:address().port, "127.0.0.1"):resume() end)
