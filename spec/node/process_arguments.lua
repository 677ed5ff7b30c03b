-- IDs: PR-50 PR-51 PR-52 PR-53 PR-54
local t = require("trace")
local cp = require("child_process")
local how = process.argv[3]
local function text_of(path)
    local file = io.open(path)
    if not file then return nil end
    local text = file:read("*a")
    file:close()
    return text
end
local function touch(name) io.open(process.env.TRACE_DIR .. "/" .. name, "w"):close() end
local function exists(name) return text_of(process.env.TRACE_DIR .. "/" .. name) ~= nil end
local function arguments()
    local list = {}
    for i = 3, #process.argv do list[#list + 1] = process.argv[i] end
    return list
end
local function orphan()
    local middle = cp.fork(process.argv[2], { "middle" })
    local watch
    watch = setInterval(function()
        if exists("ready") and middle.connected then middle:send("end") end
        if not exists("done") then return end
        clearInterval(watch)
        t("done")
    end, 10)
    middle:on("error", function() end)
end
if how == "list" then
    t.role("list")
    t("argv", arguments(), process.argv[1] == process.execPath, process.argv[2] == process.env.X_SCRIPT, process.argv0)
    table.insert(process.argv, "more")
    process.argv[3] = "changed"
    t("changed", arguments())
elseif how == "middle" then
    cp.spawn(process.execPath, { process.argv[2], "orphan" }, { detached = true, stdio = "inherit" }):unref()
    process.once("message", function() process.exit() end)
elseif how == "orphan" then
    t.role("orphan")
    local before = process.ppid
    t("parent", before == tonumber(text_of("/proc/self/stat"):match("%) %a (%d+)")))
    touch("ready")
    local watch
    watch = setInterval(function()
        if process.ppid == before then return end
        clearInterval(watch)
        t("another parent", process.ppid ~= before, process.ppid > 0)
        touch("done")
    end, 10)
else
    t.mask("PID", process.pid)
    t("pid", tonumber(text_of("/proc/self/stat"):match("^%d+")) == process.pid)
    process.env.X_SCRIPT = process.argv[2]
    t("kinds", type(process.argv) == "table", #process.argv, process.execPath:sub(1, 1) == "/", process.execArgv,
        type(process.argv0))
    process.chdir("/")
    local script = "./tmp/../." .. process.argv[2]
    cp.fork(script, { "list", "a b", "", "-x", "--", "é" }, { argv0 = "my own name" }):on("exit", function(code)
        t("exit", code)
        local path = process.execPath
        process.execPath = "/no/such/program"
        cp.fork(process.argv[2], { "list" }):on("error", function(err)
            t("execPath counts", err)
            process.execPath = path
            orphan()
        end)
    end)
end
