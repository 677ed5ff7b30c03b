-- IDs: CP-02
local t = require("trace")
local cp = require("child_process")
local spawn, fork = cp.spawn, cp.fork
local function code(label, fn)
    local ok, err = pcall(fn)
    if ok then t(label, "nothing") else t(label, err.name, err.code) end
end
code("file", function() spawn("tr\0ue") end)
code("args", function() spawn("true", { "a", "b\0" }) end)
code("cwd", function() spawn("true", {}, { cwd = "/\0" }) end)
code("argv0", function() spawn("true", {}, { argv0 = "x\0" }) end)
code("shell", function() spawn("true", {}, { shell = "/bin/\0sh" }) end)
code("env key", function() spawn("true", {}, { env = { ["A\0"] = "x" } }) end)
code("env value", function() spawn("true", {}, { env = { A = "x\0" } }) end)
code("module", function() fork("x\0") end)
code("fork args", function() fork("x", { "\0" }) end)
code("execPath", function() fork("x", {}, { execPath = "/\0" }) end)
code("execArgv", function() fork("x", {}, { execArgv = { "a\0" } }) end)
