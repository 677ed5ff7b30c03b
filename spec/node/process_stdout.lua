-- IDs: CP-08 CP-40 CP-56 CP-88
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.stdout:write("to stdout\n")
    process.stderr:write("to stderr\n")
    t.role("child")
    t("fds", process.stdout.fd, process.stderr.fd)
    process.stdout:write(("x"):rep(100000))
    process.exit(2)
else
    local child = fork(process.argv[2], { "child" }, { silent = true })
    local out, err, first = 0, "", nil
    child.stdout:on("data", function(d) first = first or d:sub(1, 10) out = out + #d end)
    child.stderr:on("data", function(d) err = err .. d end)
    child:on("close", function(code) t("close", first, out, err, code) end)
end
