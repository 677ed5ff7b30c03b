--- scripts/deps and scripts/build where packages are missing: one clear line that names them, and a code that says so.
local files = require("spec.support.files")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")

local ROOT = sys.readlink("/proc/self/cwd")

--- A program that comes before the system's own of that name.
local function fake(name, text)
    local path = files.write(name, "#!/bin/sh\n" .. text .. "\n")
    assert(os.execute("chmod +x " .. path) == 0)
end

--- dpkg-query as on a machine without libuv1-dev and jansson.
local function without_packages()
    fake("dpkg-query", [[
        shift; shift; shift
        for name; do
            case $name in libuv1-dev | libjansson-dev) ;; *) echo "installed $name" ;; esac
        done]])
end

local function run(script, path)
    return proc.run({
        command = ROOT .. "/scripts/" .. script, cwd = "/", seconds = 30,
        env = { PATH = path or files.dir() .. ":" .. os.getenv("PATH") },
    })
end

describe("missing packages", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("that cannot be fetched are named, and the reason", function()
        without_packages()
        fake("sudo", 'exec "$@"')
        fake("apt-cache", "exit 0")
        fake("apt-get", [[
            case "$*" in *install*) echo "E: Temporary failure resolving 'deb.example'" ;; esac
            exit 100]])
        local done = run("deps")
        assert.equal("moonherd: installing 2 missing packages\nmoonherd: cannot install: libuv1-dev libjansson-dev "
            .. "(the package server cannot be reached; Temporary failure resolving 'deb.example')\n", done.stderr)
        assert.equal(1, done.code)
        assert.equal("", done.stdout)
    end)

    it("are named where there is no apt-get", function()
        without_packages()
        for _, name in ipairs({ "bash", "env", "dirname", "tr", "awk", "sed" }) do
            fake(name, ('exec "$(PATH=%s command -v %s)" "$@"'):format(os.getenv("PATH"), name))
        end
        local done = run("deps", files.dir())
        assert.equal("moonherd: missing packages: libuv1-dev libjansson-dev; this is not Debian (no apt-get): "
            .. "install what these are called here\n", done.stderr)
        assert.equal(1, done.code)
    end)

    it("are nothing to speak of when there are none", function()
        local done = run("deps")
        assert.equal("", done.stderr .. done.stdout)
        assert.equal(0, done.code)
    end)

    it("of either LuaJIT will do", function()
        fake("dpkg-query", [[
            shift; shift; shift
            for name; do
                case $name in libluajit-5.1-dev | luajit) ;; *) echo "installed $name" ;; esac
            done]])
        local done = run("deps")
        assert.equal("", done.stderr)
        assert.equal(0, done.code)
    end)
end)
