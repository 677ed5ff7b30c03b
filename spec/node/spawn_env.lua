-- IDs: CP-21 CP-01
local t = require("trace")
local cp = require("child_process")
local execFileSync, fork, spawn = cp.execFileSync, cp.fork, cp.spawn
if process.argv[3] then
    process.send({ process.env.A, process.env.B, process.env.SET_LATER })
    process.disconnect()
    return
end
local null = require("moonherd.core").null
local function shown(env)
    local lines = {}
    for line in execFileSync("/usr/bin/env", { env = env }):gmatch("[^\n]+") do lines[#lines + 1] = line end
    table.sort(lines)
    return lines
end
t("only these", shown({ A = "a", B = "", c = "lower", C = "upper", ["D E"] = "f=g\nh" }))
t("texts of", shown({ A = 1, B = 1.5, C = true, D = false, E = null, F = nil, G = -0.25, [5] = "x" }))
t("none", shown({}))
t("inherited", shown(setmetatable({ A = "a" },
    { __index = setmetatable({ B = "b" }, { __index = { C = "c", A = "hidden" } }) })))
-- This process's own, as it is when the call is made.
process.env.SET_LATER = nil
t("before", execFileSync("sh", { "-c", "echo ${SET_LATER-unset}" }))
process.env.SET_LATER = "now"
local child = spawn("sh", { "-c", "echo ${SET_LATER-unset}" })
process.env.SET_LATER = "then"
child.stdout:on("data", function(d) t("after", d) end)
child:on("close", function()
    -- A name without a slash is looked for in the child's PATH.
    local folder = process.env.TRACE_DIR .. "/bin"
    os.execute("mkdir " .. folder)
    local file = io.open(folder .. "/our-program", "w")
    file:write("#!/bin/sh\necho found $1\n")
    file:close()
    os.execute("chmod 755 " .. folder .. "/our-program")
    t("found", execFileSync("our-program", { "it" }, { env = { PATH = "/nowhere:" .. folder } }))
    t.throws("not found", function() execFileSync("our-program", { "it" }) end)
    t("by its path", execFileSync("./bin/our-program", { "it" }, { env = {}, cwd = process.env.TRACE_DIR }))
    spawn("sh", { env = { PATH = "/nowhere" } }):on("error", function(err) t("error", err) end)
    local env = process.env()
    env.A, env.B = "a", 2
    fork(process.argv[2], { "child" }, { env = env }):on("message", function(m) t("fork", m) end)
end)
