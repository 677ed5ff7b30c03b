-- IDs: CP-23 CP-40 CP-41 CP-43 CP-44 CP-46 CP-47 M-09 ER-03 ER-09 ER-12
local t = require("trace")
local spawn = require("child_process").spawn
local function code(label, stdio)
    local ok, err = pcall(spawn, "true", {}, { stdio = stdio })
    if ok then t(label, "nothing") else t(label, err.name, err.code) end
end
code("word", "nonsense")
code("number", 5)
code("element", { "pipe", "text" })
code("boolean", { "pipe", true })
code("two ipc", { "ipc", "ipc" })
local child = spawn("sh", { "-c", "read x; echo got $x; echo four >&4; "
    .. "test -e /proc/self/fd/3 || echo no three" }, { stdio = { "pipe", "pipe", 2, "ignore", "pipe" } })
t("streams", child.stdin ~= nil, child.stdout ~= nil, child.stderr, child.stdio[3], child.stdio[4] ~= nil)
local out, four = "", ""
child.stdout:on("data", function(d) out = out .. d end)
child.stdio[4]:on("data", function(d) four = four .. d end)
child.stdin:write("hello\n")
child.stdin:end_()
child:on("close", function(c) t("close", c, out, four) end)
local none = spawn("sh", { "-c", "read x || exit 4" }, { stdio = "ignore" })
t("ignored", none.stdin, none.stdout, none.stderr)
none:on("exit", function(c)
    t.role("none")
    t("exit", c)
    t.role("main")
end)
