-- IDs: CP-01 CP-22 CP-23 M-10
local t = require("trace")
local cp = require("child_process")
local fork, spawn = cp.fork, cp.spawn
if process.argv[3] then
    process.send({ process.argv0, { unpack(process.argv, 3) } })
    process.disconnect()
    return
end
local o = { env = { A = "a" }, stdio = { "ignore", "pipe" } }
local runs = { { "env" }, { "env", nil }, { "env", nil }, { "env", {} }, { "env", nil, o }, { "env", nil, o },
    { "env", {}, o }, { "env", o }, { "env", {} }, { "echo", { "a", 5, true, "b  c", "" } },
    { "sh", { "-c", "echo $0" }, { argv0 = "" } }, { "sh", { "-c", "echo $0" }, { argv0 = "other name" } } }
-- What was given is neither changed nor looked at again.
local function changed()
    local args = { "-c", "echo $A-$1; cat <&0", "x", "y" }
    local options = { env = { A = "a" }, stdio = {}, cwd = "/", shell = false }
    local child = spawn("sh", args, options)
    local keys = {}
    for key in pairs(options) do keys[#keys + 1] = key end
    table.sort(keys)
    t("as they were", args, keys, options.env, options.cwd)
    args[#args + 1] = "z"
    args[2] = "echo changed"
    options.env.A = "changed"
    options.stdio[1] = "ignore"
    table.insert(child.spawnargs, "ours")
    child.stdin:end_("input")
    local out = ""
    child.stdout:on("data", function(d) out = out .. d end)
    child:on("close", function()
        t("output", out)
        local more, silent = { "a" }, { silent = true }
        local other = fork(process.argv[2], more, { argv0 = "argv0 of fork" })
        t("fork", more, other.spawnargs[1])
        other:on("message", function(m) t("message", m) end)
        other:on("close", function()
            local function again(lists, i)
                if i > #lists then return end
                local forked = fork(process.argv[2], unpack(lists[i]))
                forked:on("message", function(m) t("forked", m[2]) end)
                forked:on("close", function(code, signal)
                    t("close", code, signal)
                    again(lists, i + 1)
                end)
            end
            again({ { { "x" } }, { { "x" }, nil }, { { "x" }, nil }, { { "x" }, silent }, { { "x" }, {} } }, 1)
        end)
    end)
end
local function next_one(i)
    if i > #runs then return changed() end
    local child = spawn(unpack(runs[i], 1, 3))
    t("run", i - 1, child.spawnfile, child.spawnargs, child.stdin == nil)
    local out = ""
    child.stdout:on("data", function(d) out = out .. d end)
    child:on("close", function(code)
        t("close", code, out:find("A=a", 1, true) ~= nil, out == "A=a\n", i > 9 and out)
        next_one(i + 1)
    end)
end
next_one(1)
