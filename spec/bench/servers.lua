--- The HTTP servers that are measured, and the load that is put on them.
--
--     local server = servers.moonherd({ cpu = 1 })
--     local figures = servers.load(server, { seconds = 3, close = false, cpu = 0 })
--     -- { cpu_us = CPU of master and worker by request, rate = requests per second }
--     tool.stop(server.process)
--
-- Each says "Hello, world!" from one worker. cpu = nil lets a server or the load run where it wants.

local http = require("spec.support.http")
local machine = require("spec.bench.machine")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")
local tool = require("spec.bench.tool")
local wait = require("spec.support.wait")

local BODY = "Hello, world!\n"
local CONNECTIONS = 64
local WARM_UP_SECONDS = 1
local NGINX_MODULES = "/usr/lib/nginx/modules/"
local NGINX_LUA = { "ndk_http_module.so", "ngx_http_lua_module.so" }

local M = {}

-- Nobody is measured who does not serve.
local function check(server)
    local answer = http.get(server.port, "/", { seconds = 10 })
    http.cleanup()
    if answer.status ~= 200 or answer.body ~= BODY then
        error(("it answers %s %q"):format(answer.status, answer.body), 0)
    end
    return server
end

local function start(options)
    local process = proc.start(tool.pinned(options.cpu, options))
    return check({ process = process, port = tonumber(process:expect("port (%d+)", 20)) })
end

function M.moonherd(where)
    return start({ "spec/bench/ours/hello.lua", cpu = where.cpu })
end

function M.node(where)
    return start({ command = "node", "spec/bench/node/hello.js", cpu = where.cpu })
end

function M.raw(where)
    return start({ command = "build/bench/http", cpu = where.cpu })
end

-- nginx -------------------------------------------------------------------------------------------------------

--- What is missing for nginx with Lua, nil if nothing is.
function M.nginx_lua_missing()
    for _, name in ipairs(NGINX_LUA) do
        if not sys.slurp(NGINX_MODULES .. name) then
            return "libnginx-mod-http-lua"
        end
    end
end

local function configure(modules, answer)
    local folder = tool.folder()
    local values = { PORT = machine.free_port(), ANSWER = answer, MODULES = "" }
    for _, name in ipairs(modules) do
        values.MODULES = values.MODULES .. ("load_module %s%s;\n"):format(NGINX_MODULES, name)
    end
    local text = sys.slurp("spec/bench/nginx/hello.conf"):gsub("@(%u+)@", values)
    local file = assert(io.open(folder .. "/hello.conf", "w"))
    file:write(text)
    file:close()
    return folder, values.PORT
end

local function start_nginx(where, modules, answer)
    local folder, port = configure(modules, answer)
    local process = proc.start(tool.pinned(where.cpu, {
        command = machine.which("nginx"), "-e", "stderr", "-p", folder, "-c", folder .. "/hello.conf",
    }))
    wait(function()
        if not process:is_running() then
            error("nginx: " .. process:wait().stderr, 0)
        end
        local client = http.try_connect(port)
        return client and (client:close() or true)
    end, 10, "nginx to listen")
    return check({ process = process, port = port })
end

function M.nginx(where)
    return start_nginx(where, {}, 'return 200 "Hello, world!\\n";')
end

function M.nginx_lua(where)
    return start_nginx(where, NGINX_LUA,
        'content_by_lua_block { ngx.header.content_length = 14 ngx.print("Hello, world!\\n") }')
end

-- Load --------------------------------------------------------------------------------------------------------

local function run_wrk(server, options, seconds)
    local arguments = { command = "wrk", "-t", 1, "-c", CONNECTIONS, "-d", seconds .. "s" }
    if options.close then
        arguments[#arguments + 1] = "-H"
        arguments[#arguments + 1] = "Connection: close"
    end
    arguments[#arguments + 1] = ("http://127.0.0.1:%d/"):format(server.port)
    local done = proc.run(tool.pinned(options.cpu, arguments))
    local requests, took, unit = done.stdout:match("(%d+) requests in ([%d.]+)(m?s)")
    if not requests then
        error("wrk: " .. done.stderr .. done.stdout, 0)
    end
    local trouble = done.stdout:match("Socket errors[^\n]*") or done.stdout:match("Non%-2xx[^\n]*")
    return tonumber(requests), tonumber(took) / (unit == "ms" and 1000 or 1), trouble
end

--- Loads a server with wrk; options: seconds, close (one connection per request), cpu.
function M.load(server, options)
    if not server.warm then
        run_wrk(server, options, WARM_UP_SECONDS)
        server.warm = true
    end
    local family = machine.family(server.process.pid)
    local before = machine.cpu_seconds(family)
    local requests, seconds, trouble = run_wrk(server, options, options.seconds)
    local used = machine.cpu_seconds(family) - before
    if trouble then
        error(trouble, 0)
    end
    return { cpu_us = used / requests * 1e6, rate = requests / seconds }
end

return M
