-- IDs: CP-01 CP-20 CP-22 CP-24 CP-25 CP-26 CP-30 CP-35 ER-11 ER-12 M-15
local t = require("trace")
local spawn = require("child_process").spawn
local tries = { {}, { 5 }, { "" }, { {} }, { "true", "x" }, { "true", 5 }, { "true", {}, 5 }, { "true", {}, "x" },
    { "true", {}, true } }
for _, args in ipairs(tries) do t.throws("spawn", function() spawn(unpack(args)) end) end
local options = { cwd = 5, argv0 = 5, detached = "yes", uid = "x", gid = "x", shell = 5, serialization = "xml",
    windowsHide = 5, windowsVerbatimArguments = "x" }
local names = {}
for name in pairs(options) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do t.throws(name, function() spawn("true", {}, { [name] = options[name] }) end) end
