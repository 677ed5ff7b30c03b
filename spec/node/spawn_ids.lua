-- IDs: CP-25
local t = require("trace")
local spawn = require("child_process").spawn
local root = io.popen("id -u"):read("*l") == "0"
if root then
    local child = spawn("sh", { "-c", "id -u; id -g; id -G" }, { uid = 65534, gid = 65534 })
    local out = ""
    child.stdout:on("data", function(d) out = out .. d end)
    child:on("close", function(code) t("ids", out, code) end)
else
    t.throws("thrown", function() spawn("true", {}, { uid = 0, gid = 0 }) end)
end
