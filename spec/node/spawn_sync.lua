-- IDs: CP-10 CP-31 CP-33 ER-04
local t = require("trace")
local spawnSync = require("child_process").spawnSync
local function run(label, ...)
    local r = spawnSync(...)
    local output
    if r.output then
        output = {}
        for fd = 0, math.max(table.maxn(r.output), 2) do
            output[fd + 1] = ("%d %s"):format(fd, r.output[fd] or "nothing")
        end
    end
    t(label, r.pid > 0, r.status, r.signal, r.stdout, r.stderr, output, r.error)
end
local function sh(script, options) return "sh", { "-c", script }, options end
run("code", sh("echo out; echo err >&2; exit 3"))
run("signal", sh("kill -9 $$"))
run("arguments", "echo", { "a", "b  c" })
run("options in their place", "pwd", { cwd = "/" })
run("nothing else", "true")
run("shell", "echo $0-$1", { "a" }, { shell = true })
run("argv0", "sh", { "-c", "echo $0" }, { argv0 = "another" })
run("environment", sh("echo $A", { env = { A = "a" } }))
run("missing", "no-such-program", { "a" })
run("no shell", "true", { "a" }, { shell = "/no/such/shell" })
run("not executable", "/etc/passwd")
run("timeout", "sleep", { "60" }, { timeout = 1 })
run("timeout, another signal", "sleep", { "60" }, { timeout = 1, killSignal = "sigkill" })
run("timeout that is not needed", "true", { timeout = 4e5 })
run("input", "cat", { input = "some\0bytes\n" })
run("input for a program in a list", "cat", { input = "text", stdio = { "pipe", "pipe", "ignore" } })
run("input that no pipe takes", "cat", { input = "text", stdio = { "ignore", "pipe", "pipe" } })
run("empty input", "cat", { input = "" })
run("inherit", "true", { stdio = "inherit" })
run("ignore", sh("echo x; echo y >&2; cat", { stdio = "ignore" }))
run("more pipes", sh("echo four >&4; test -e /proc/self/fd/3 || echo no three",
    { stdio = { "pipe", "pipe", "pipe", "ignore", "pipe" } }))
run("short list", sh("echo x; echo y >&2", { stdio = { "pipe" } }))
run("holes", sh("echo x; echo y >&2", { stdio = { nil, nil, "ignore" } }))
for _, encoding in ipairs({ "utf8", "buffer", "latin1", "UTF-8", "ascii" }) do
    run(encoding, "echo", { "text" }, { encoding = encoding })
end
local big = spawnSync("cat", { input = ("0123456789"):rep(90000) })
t("big", big.status, #big.stdout)
for _, maxBuffer in ipairs({ 1000000, 2000000 }) do
    local r = spawnSync("sh", { "-c", "head -c 1500000 /dev/zero" }, { maxBuffer = maxBuffer })
    t("maxBuffer", r.error, #r.stdout >= math.min(maxBuffer, 1500000), r.status, r.signal)
end
for _, input in ipairs({ 5, true, {}, function() end }) do
    local ok, err = pcall(run, "input", "cat", { input = input })
    if not ok then t("input", err.name, err.code) end
end
t.throws("ipc", function() spawnSync("true", {}, { stdio = { "pipe", "pipe", "pipe", "ipc" } }) end)
t.throws("two ipc", function() spawnSync("true", {}, { stdio = { "ipc", "ipc" } }) end)
for _, stdio in ipairs({ "nonsense", 5, { "pipe", true }, { "pipe", {} } }) do
    t.throws("stdio", function() spawnSync("true", {}, { stdio = stdio }) end)
end
for _, args in ipairs({ {}, { 5 }, { "" }, { {} }, { "true", "x" }, { "true", 5 }, { "true", {}, 5 },
    { "true", {}, "x" }, { "true", {}, true } }) do
    t.throws("arguments", function() spawnSync(unpack(args)) end)
end
for _, option in ipairs({ { "argv0", 5 }, { "cwd", 5 }, { "detached", "yes" }, { "encoding", "nonsense" },
    { "gid", "x" }, { "shell", 5 }, { "uid", "x" }, { "windowsHide", 5 }, { "windowsVerbatimArguments", "x" } }) do
    t.throws(option[1], function() spawnSync("echo", {}, { [option[1]] = option[2] }) end)
end
