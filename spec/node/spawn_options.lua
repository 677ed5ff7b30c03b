-- IDs: CP-20 CP-21 CP-22 CP-24 CP-26 CP-40
local t = require("trace")
local spawn = require("child_process").spawn
local null = require("moonherd.core").null
local runs = {
    { "sh", { "-c", "pwd" }, { cwd = "/" } },
    { "sh", { "-c", "pwd" }, { cwd = "" } },
    { "sh", { "-c", "echo $A-$B-$C-${D-unset}" },
        { env = setmetatable({ A = 1, B = null, D = nil, E = "" }, { __index = { C = "inherited" } }) } },
    { "sh", { "-c", "echo ${E-unset}." }, { env = { E = "" } } },
    { "sh", { "-c", "echo $0" }, { argv0 = "another" } },
    { "echo one; echo $0", { shell = true } },
    { "echo", { "a", "b  c", "$((1 + 1))" }, { shell = "/bin/sh" } },
    { "sh", { "-c",
        "test $(ps -o pgid= -p $$) = $$ && echo leader; test $(ps -o sid= -p $$) = $$ && echo session" },
        { detached = true } },
}
local function next_one(i)
    if i > #runs then return end
    local child = spawn(unpack(runs[i]))
    t("args", child.spawnfile, #child.spawnargs)
    local out = ""
    child.stdout:on("data", function(d) out = out .. d end)
    child:on("close", function(code) t("output", out, code) next_one(i + 1) end)
end
next_one(1)
