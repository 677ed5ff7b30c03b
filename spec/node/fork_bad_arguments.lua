-- IDs: CP-08 CP-09 CP-30 CP-34 ER-05
local t = require("trace")
local fork = require("child_process").fork
local tries = { {}, { 5 }, { {} }, { "x", "y" }, { "x", {}, 5 }, { "x", {}, "y" },
    { "x", {}, { stdio = { "pipe", "pipe", "pipe" } } }, { "x", {}, { stdio = {} } },
    { "x", {}, { stdio = "nonsense" } }, { "x", {}, { serialization = "xml" } }, { "x", {}, { cwd = 5 } } }
for _, args in ipairs(tries) do t.throws("fork", function() fork(unpack(args)) end) end
local _, err = pcall(fork, "x", {}, { stdio = { "ipc", "ipc" } })
t("two", err)
