-- IDs: CP-64 CP-60
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    process.on("message", function(m) if m == "end" then process.disconnect() end end)
    local until_then = process.uptime() + 0.3
    while process.uptime() < until_then do end
else
    local child = fork(process.argv[2], { "child" })
    local written, refused = 0, false
    t("first", child:send("small"))
    for _ = 1, 100 do
        local more = child:send(("x"):rep(65536), function(err) if not err then written = written + 1 end end)
        refused = refused or not more
    end
    t("refused", refused)
    child:send("end")
    child:on("exit", function(code) t("exit", code, written) end)
end
