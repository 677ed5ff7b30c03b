-- IDs: CP-11 CP-12 CP-32 CP-33
local t = require("trace")
local cp = require("child_process")
local execFileSync, execSync = cp.execFileSync, cp.execSync
local function show(text) return text == nil and "nothing" or text end
local function run(label, fn)
    local ok, err = pcall(fn)
    if ok then return t(label, show(err)) end
    local out = err.output or {}
    t(label, err, err.pid and err.pid > 0, err.status, err.signal, show(err.stdout), show(err.stderr),
        { show(out[0]), show(out[1]), show(out[2]) })
end
if process.argv[3] then
    -- What the program wrote to its stderr goes to ours, unless something was said about stdio.
    local stdio = ({ piped = { "pipe", "pipe", "pipe" }, ignored = "ignore" })[process.argv[4]]
    local options = { stdio = stdio }
    if process.argv[3] == "file" then
        run("inside", function() return execFileSync("sh", { "-c", "echo out; echo err >&2; exit 3" }, options) end)
    else
        run("inside", function() return execSync("echo out; echo err >&2; exit 4", options) end)
    end
    run("inside", function() return execSync("echo fine; echo warns >&2", options) end)
else
    run("file", function() return execFileSync("echo", { "a", "b  c" }) end)
    run("file alone", function() return execFileSync("true") end)
    run("file, options", function() return execFileSync("pwd", { cwd = "/" }) end)
    run("file, nil, options", function() return execFileSync("pwd", nil, { cwd = "/" }) end)
    run("file, input", function() return execFileSync("cat", {}, { input = "text" }) end)
    run("file, shell", function() return execFileSync("echo $0", { shell = true }) end)
    run("file, code", function() return execFileSync("sh", { "-c", "echo out; exit 3" }) end)
    run("file, stderr", function()
        return execFileSync("sh", { "-c", "echo err >&2; exit 1", "a b", "" }, { stdio = "pipe" })
    end)
    run("file, signal", function() return execFileSync("sh", { "-c", "kill -9 $$" }) end)
    run("file, missing", function() return execFileSync("no-such-program", { "a", "b" }) end)
    run("file, argv0", function() return execFileSync("sh", { "-c", "exit 1" }, { argv0 = "another" }) end)
    run("file, timeout", function() return execFileSync("sleep", { "60" }, { timeout = 1 }) end)
    run("file, inherit", function() return execFileSync("true", { stdio = "inherit" }) end)
    run("file, inherit, code", function() return execFileSync("false", { stdio = "inherit" }) end)
    run("file, ignore", function()
        return execFileSync("sh", { "-c", "echo err >&2; exit 1" }, { stdio = "ignore" })
    end)
    run("command", function() return execSync("echo out; echo $0") end)
    run("command, shell", function() return execSync("echo $0", { shell = "/bin/bash" }) end)
    run("command, input", function() return execSync("cat; cat", { input = "text" }) end)
    run("command, code", function() return execSync("exit 3") end)
    run("command, stderr", function() return execSync("echo out; echo err >&2; exit 255", { stdio = "pipe" }) end)
    run("command, signal", function() return execSync("kill -9 $$") end)
    run("command, no shell", function() return execSync("exit 0", { shell = "bad_shell" }) end)
    run("command, timeout", function() return execSync("exec sleep 60", { timeout = 1, killSignal = "SIGKILL" }) end)
    run("command, ignore", function() return execSync("echo x; echo err >&2", { stdio = "ignore" }) end)
    for _, run_it in ipairs({ function() return execSync("head -c 1048576 /dev/zero") end,
        function() return execFileSync("head", { "-c", "1048576", "/dev/zero" }) end }) do
        t("full", #run_it())
    end
    for _, run_it in ipairs({ function() execSync("head -c 1048577 /dev/zero") end,
        function() execFileSync("head", { "-c", "1048577", "/dev/zero" }) end,
        function() execSync("echo long", { maxBuffer = 1 }) end }) do
        local ok, err = pcall(run_it)
        if ok then t("over", "nothing") else t("over", err.code, err.message, #err.stdout > 1) end
    end
    for _, how in ipairs({ "plain", "piped", "ignored" }) do
        for _, what in ipairs({ "file", "command" }) do
            local r = cp.spawnSync(process.execPath, { process.argv[2], what, how })
            t("stderr", what, how, r.status, r.stderr)
        end
    end
    for _, args in ipairs({ {}, { 5 }, { "" }, { {} }, { "true", "x" }, { "true", 5 }, { "true", {}, 5 },
        { "true", {}, "x" }, { "true", {}, true } }) do
        t.throws("file", function() execFileSync(unpack(args)) end)
    end
    for _, args in ipairs({ {}, { 5 }, { "" }, { {} } }) do
        t.throws("command", function() execSync(unpack(args)) end)
    end
    t.throws("ipc", function() execFileSync("true", { stdio = { "pipe", "pipe", "pipe", "ipc" } }) end)
    t.throws("ipc", function() execSync("true", { stdio = { "pipe", "pipe", "pipe", "ipc" } }) end)
end
