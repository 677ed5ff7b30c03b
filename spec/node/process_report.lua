-- IDs: PR-71
local t = require("trace")
local json = require("json")
local spawn = require("child_process").spawn
local dir = process.env.TRACE_DIR
local here = process.cwd()
local function text_of(path)
    local file = io.open(path)
    if not file then return nil end
    local text = file:read("*a")
    file:close()
    return text
end
local function read(name) return json.parse(text_of(dir .. "/" .. name)) end
local how = process.argv[3]
if how then
    t.role(how)
    process.report.directory = dir
    process.report.filename = how .. ".json"
    if how == "signal" then
        process.report.reportOnSignal = true
        process.report.signal = "SIGHUP"
        t("listens", process.listenerCount("SIGUSR2"), process.listenerCount("SIGHUP"))
        process.kill(process.pid, "SIGHUP")
        local watch
        watch = setInterval(function()
            if not text_of(dir .. "/signal.json") then return end
            clearInterval(watch)
            process.report.reportOnSignal = false
            t("listens", process.listenerCount("SIGHUP"))
        end, 20)
    else
        process.report.reportOnUncaughtException = true
        if how == "caught" then process.on("uncaughtException", function() t("caught") end) end
        setTimeout(function() error({ message = "too much", code = "E_MUCH" }, 0) end, 1)
    end
    return
end

local report = process.report
t("defaults", report.directory, report.filename, report.compact, report.excludeNetwork, report.signal,
    report.reportOnFatalError, report.reportOnSignal, report.reportOnUncaughtException)
for _, name in ipairs({ "directory", "filename", "compact", "excludeNetwork", "signal", "reportOnFatalError",
    "reportOnSignal", "reportOnUncaughtException" }) do
    t.throws(name, function() report[name] = 5 end)
end
for _, bad in ipairs({ "SIGNOPE", "sigusr1", "" }) do t.throws("signal", function() report.signal = bad end) end
t("as they were", report.directory, report.compact, report.signal)
t.throws("file", function() report.writeReport(5) end)
t.throws("err", function() report.writeReport("x", 5) end)
t.throws("err", function() report.getReport("x") end)

local got = report.getReport()
local header = got.header
t("header", header.event, header.trigger, header.filename, header.processId == process.pid, header.threadId,
    header.cwd == process.cwd(), header.wordSize, header.arch, header.platform, header.osName)
t("kinds", type(header.reportVersion), #header.dumpEventTime, type(header.dumpEventTimeStamp), type(header.host),
    #header.commandLine, header.componentVersions.uv == process.versions.uv,
    header.release.name == process.release.name)
for _, each in ipairs(header.networkInterfaces) do
    if each.name == "lo" and each.family == "IPv4" then
        t("network", each.internal, each.mac, each.address, each.netmask)
    end
end
t("stack", table.concat(got.luaStack.stack):find("process_report", 1, true) ~= nil)
t("heap", got.luaHeap.usedMemory > 0)
local all = true
for _, name in ipairs({ "rss", "maxRss", "total_memory", "available_memory", "userCpuSeconds", "kernelCpuSeconds" }) do
    all = all and got.resourceUsage[name] >= 0
end
t("usage", all, got.resourceUsage.pageFaults.IONotRequired > 0, got.resourceUsage.fsActivity.reads >= 0)
t("environment", got.environmentVariables.TRACE_DIR == dir)
local limits = {}
for name in pairs(got.userLimits) do limits[#limits + 1] = name end
table.sort(limits)
t("limits", limits, got.userLimits.open_files.soft > 0)
t("libraries", table.concat(got.sharedObjects, " "):find("/libc.so", 1, true) ~= nil)
t("workers", #got.workers)
local about = report.getReport({ name = "TypeError", message = "mine", code = "E_MINE" })
t("about an error", about.luaStack.message:find("mine$") ~= nil, about.luaStack.errorProperties.code)
report.excludeNetwork = true
t("without network", report.getReport().header.networkInterfaces)

process.chdir(dir)
local name = report.writeReport()
t("name", name:find("^report%.%d%d%d%d%d%d%d%d%.%d%d%d%d%d%d%.%d+%.0%.%d%d%d%.json$") ~= nil,
    name:find("." .. process.pid .. ".", 1, true) ~= nil, read(name).header.trigger)
t("named", report.writeReport("a.json"), read("a.json").header.filename, read("a.json").header.event)
t("about", report.writeReport("b.json", { message = "bad" }), read("b.json").luaStack.message:find("bad$") ~= nil)
t("only about", report.writeReport({ message = "bad" }):sub(1, 7) == "report.")
local function lines(file)
    return select(2, text_of(dir .. "/" .. file):gsub("\n", ""))
end
report.compact = true
t("compact", report.writeReport("c.json"), lines("c.json"), lines("b.json") > 10)
os.execute(("mkdir '%s/sub'"):format(dir))
process.chdir("/")
report.directory = dir .. "/sub"
report.filename = "d.json"
t("directory", report.writeReport(), read("sub/d.json").header.filename)
report.directory = dir .. "/nowhere"
t("cannot be written", report.writeReport())

local names = { "signal", "uncaught", "caught" }
local function next_one(i)
    if not names[i] then return end
    local child = spawn(process.execPath, { process.argv[2], names[i] }, { cwd = here, stdio = "ignore" })
    child:on("close", function(code, signal)
        local text = text_of(("%s/%s.json"):format(dir, names[i]))
        t(names[i], code, signal, text ~= nil)
        if text then
            local made = json.parse(text)
            local properties = made.luaStack.errorProperties
            t("of it", made.header.event, made.header.trigger, made.header.filename,
                made.luaStack.message:find("too much", 1, true) ~= nil, properties and properties.code)
        end
        next_one(i + 1)
    end)
end
next_one(1)
