-- IDs: CP-45 CP-56 CP-88
local t = require("trace")
local spawn = require("child_process").spawn
local net = require("net")
-- What one program writes another reads, and what is passed on is not read here.
local cat = spawn("cat", { stdio = { "pipe", "pipe", "inherit" } })
local grep = spawn("grep", { "o" }, { stdio = { cat.stdout, "pipe", "inherit" } })
local wc = spawn("wc", { "-l" }, { stdio = { grep.stdout, "pipe", "inherit" } })
t("streams", cat.stdout ~= nil, grep.stdin, wc.stdin)
cat.stdout:on("data", function() t("never") end)
local out = ""
wc.stdout:on("data", function(d) out = out .. d end)
-- What the child leaves of it can be read here afterwards.
local function again()
    local client
    local server
    server = net.createServer(function(socket)
        local child = spawn("sh", { "-c", "read first; echo child got $first" },
            { stdio = { socket, "pipe", "inherit" } })
        child.stdout:on("data", function(d) t("child", d) end)
        child:on("close", function()
            local rest = ""
            socket:on("data", function(d) rest = rest .. d end)
            socket:on("end", function()
                t("rest", rest)
                socket:end_()
                server:close()
            end)
            socket:resume()
            client:end_("second\n")
        end)
    end)
    server:listen(0, "127.0.0.1", function()
        client = net.connect(server:address().port, "127.0.0.1", function() client:write("first\n") end)
        client:resume()
    end)
    server:on("close", function() t("closed") end)
end
wc:on("close", function(code)
    t("wc", code, (out:gsub("%s", "")))
    again()
end)
cat.stdin:end_("one\ntwo\nthree\nfour\n")
