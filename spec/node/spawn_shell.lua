-- IDs: CP-26 CP-05 CP-55 CP-35
local t = require("trace")
local cp = require("child_process")
local spawn = cp.spawn
if process.argv[3] then
    process.disconnect()
    return
end
local runs = { { "echo one; echo $0", { shell = true } },
    { "echo", { "a", "b  c", "$((1 + 1))", "*.no", "'q'" }, { shell = "/bin/sh" } },
    { "echo $0", { "x" }, { shell = "/bin/bash" } }, { "echo $0", { shell = true, argv0 = "other" } },
    { "echo", { "$A" }, { shell = false, env = { A = "a" } } }, { "echo", { "$A" }, { shell = "", env = { A = "a" } } },
    { "echo $A", { shell = true, env = { A = "a" } } }, { "exit 7", { shell = true } },
    { "pwd", { shell = true, cwd = "/" } }, { "no-such-program", { "2>/dev/null" }, { shell = true } },
    { "true", { shell = "/no/such/shell" } },
    { "echo x", { shell = true, windowsHide = true, windowsVerbatimArguments = true } } }
local function fork_it()
    -- Not for a fork.
    local forked = cp.fork(process.argv[2], { "child" }, { shell = true })
    t("fork", forked.spawnfile == process.execPath, #forked.spawnargs)
    forked:on("exit", function(code) t("exit", code) end)
end
local function collected()
    local child, none
    child = cp.exec("echo $0", { shell = "/bin/bash" }, function(err, out)
        t("exec", err, out, child.spawnfile, child.spawnargs)
        none = cp.exec("echo", { shell = "" }, function(failure, text)
            t("exec without one", failure, text, none.spawnfile, none.spawnargs)
            cp.execFile("echo $0", { "a" }, { shell = true }, function(no, last)
                t("execFile", no, last)
                t("spawnSync", cp.spawnSync("echo $0", { "a" }, { shell = true }).stdout,
                    cp.execFileSync("echo $0", { shell = "/bin/bash" }),
                    cp.execSync("echo $0", { shell = "/bin/bash" }))
                fork_it()
            end)
        end)
    end)
    for _, shell in ipairs({ 5, {}, function() end }) do
        for _, name in ipairs({ "spawn", "execFile", "spawnSync", "execFileSync" }) do
            t.throws(name, function() cp[name]("true", {}, { shell = shell }) end)
        end
    end
end
local function next_one(i)
    if i > #runs then return collected() end
    local child = spawn(unpack(runs[i]))
    t("run", i - 1, child.spawnfile, child.spawnargs)
    local out = ""
    child.stdout:on("data", function(d) out = out .. d end)
    child:on("error", function(err) t("error", err) end)
    child:on("close", function(code)
        t("close", code, out)
        next_one(i + 1)
    end)
end
next_one(1)
