-- IDs: PR-69
local t = require("trace")
local spawn = require("child_process").spawn
local file = process.env.TRACE_DIR .. "/input"
local ways = {
    { "empty", "< /dev/null" }, { "closed", "<&-" }, { "folder", "< /" }, { "file", "< " .. file },
    { "from its middle", "< " .. file }, { "pipe", "cat " .. file .. " |" }, { "terminal", "script" },
}
if process.argv[3] then
    local stdin = process.stdin
    t.role(process.argv[3])
    t("fields", stdin.fd, stdin.isTTY, stdin.readable, stdin.destroyed, stdin:isPaused(), stdin == process.stdin)
    local bytes = 0
    t("chains", stdin:on("data", function(data) bytes = bytes + #data end) == stdin)
    stdin:on("end", function() t("end", bytes, stdin.readableEnded) end)
    stdin:on("error", function(err) t("error", err) end)
    if stdin.isTTY then
        t.throws("raw", function() stdin:setRawMode(true):setRawMode(false) end)
        t("raw", stdin.isRaw)
    end
    process.on("exit", function(code) t("exit", code, bytes) end)
else
    local out = io.open(file, "wb")
    out:write(("0123456789"):rep(20000))
    out:close()
    local function next_one(i)
        if i > #ways then return end
        local name, way = ways[i][1], ways[i][2]
        local run = ("'%s' '%s' '%s'"):format(process.execPath, process.argv[2], name)
        local script = ("exec %s %s"):format(run, way)
        if name == "from its middle" then script = ("{ head -c 65536 > /dev/null; %s; } %s"):format(run, way) end
        if name == "pipe" then script = way .. " " .. run end
        if name == "terminal" then
            script = ([[printf 'a line\n\004' | script -qec "%s" /dev/null]]):format(run)
        end
        spawn("sh", { "-c", script }, { stdio = { "ignore", "ignore", "inherit" } }):on("close", function(code)
            t(name, code)
            next_one(i + 1)
        end)
    end
    next_one(1)
end
