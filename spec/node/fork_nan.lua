-- IDs: M-06
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.once("message", function(m)
        t("message", m.n ~= m.n and "nan" or tostring(m.n), tostring(m.i))
    end)
else
    fork(process.argv[2], { "child" }):send({ n = 0 / 0, i = 1 / 0 })
end
