-- IDs: CP-05 CP-06
local t = require("trace")
local cp = require("child_process")
local exec, execFile = cp.exec, cp.execFile
local a, o = { "-c", "echo $A.$0" }, { env = { A = "a" } }
local function c(err, out, err_out) t("callback", err and err.code, out, err_out) end
local function never() t("never") end
local function list(...) return { n = select("#", ...), ... } end
-- Either of arguments, options and callback may be missing.
local files = { list(a), list(a, o), list(a, o, c), list(a, c), list(a, nil, nil), list(a, nil, nil), list(a, nil, c),
    list(a, nil, c), list(a, nil, nil, c), list(a, nil, nil, c), list(a, o, nil), list(a, o, nil), list(nil, o, c),
    list(nil, o, c), list(o), list(o, c), list(o, nil), list(c), list(nil, c), list(nil, c), list(nil, nil, c),
    list(nil, nil, c), list(c, never), list(c, nil, never), list(a, c, never), list({}, o, c), list({}, {}, c),
    list({}, c), list({}, c), list() }
local commands = { list(), list(c), list(o), list(o, c), list(nil, c), list(nil, c), list(nil), list(nil), list({}, c),
    list(o, nil), list(o, nil) }
local function next_one(run, lists, i, done)
    if i > #lists then return done() end
    t("run", i - 1)
    local child = run(unpack(lists[i], 1, lists[i].n))
    local out = ""
    child.stdin:end_()
    child.stdout:on("data", function(d) out = out .. d end)
    child:on("close", function(code, signal)
        t("close", code, signal, out, child.spawnfile, child.spawnargs)
        next_one(run, lists, i + 1, done)
    end)
end
local function run_file(...) return execFile("sh", ...) end
local function run_command(...) return exec("echo $A.$0", ...) end
next_one(run_file, files, 1, function() next_one(run_command, commands, 1, function()
    -- What is none of them.
    for _, l in ipairs({ list("x"), list(5), list(true), list(a, "x"), list(a, 5), list(o, "x"), list(a, o, "x"),
        list(a, o, 5), list(a, o, {}), list(o, 5), list(nil, "x"), list(a, nil, "x") }) do
        t.throws("execFile", function() execFile("sh", unpack(l, 1, l.n)) end)
    end
    for _, l in ipairs({ list(), list(nil), list(5), list({}), list("") }) do
        t.throws("file", function() execFile(unpack(l, 1, l.n)) end)
    end
    for _, l in ipairs({ list(), list(nil), list(5), list({}), list(""), list(a) }) do
        t.throws("command", function() exec(unpack(l, 1, l.n)) end)
    end
    for _, l in ipairs({ list({}, "x"), list({}, 5), list(nil, 5), list(nil, {}) }) do
        t.throws("exec", function() exec("true", unpack(l, 1, l.n)) end)
    end
    t.throws("argv0", function() execFile("sh", a, { argv0 = 5 }) end)
end) end)
