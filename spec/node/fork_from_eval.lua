-- IDs: CP-08 CP-34
local t = require("trace")
local cp = require("child_process")
if process.argv[3] == "child" then
    process.send({ process.execArgv, { unpack(process.argv, 3) } })
    process.disconnect()
else
    -- The code of -e is not run again by who forks from it.
    local code = [[local json = require("json")
    require("child_process").fork(process.env.SCRIPT, { "child", "x" }):on("message", function(m)
        print(json.encode({ json.array(m[1]), m[2] }))
    end)]]
    local env = process.env()
    env.SCRIPT = process.argv[2]
    local child = cp.spawn(process.execPath, { "-e", code }, { env = env })
    local out = ""
    child.stdout:on("data", function(d) out = out .. d end)
    child:on("close", function(exit_code)
        t("close", exit_code, out)
        -- Nor what execArgv says in its place.
        local explicit = cp.fork(process.argv[2], { "child" }, { execArgv = {} })
        explicit:on("message", function(m) t("message", m) end)
    end)
end
