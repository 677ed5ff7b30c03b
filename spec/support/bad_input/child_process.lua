--- What the bad-input cases need for child_process.
local child_process = require("moonherd.child_process")
local wait = require("spec.support.wait")

local function nothing() end

local function spawned()
    local child = child_process.spawn("cat")
    child:on("error", nothing)
    return child
end

local function kill(...)
    for i = 1, select("#", ...) do
        local value = select(i, ...)
        if type(value) == "table" and value.spawnfile then
            value:on("error", nothing)
            value:kill("SIGKILL")
        end
    end
end

local function run(...)
    local args = { ... }
    return function()
        return { unpack(args) }
    end
end

local function channel()
    return child_process.spawn("cat", { stdio = { "ignore", "ignore", "ignore", "ipc" } }).channel
end

-- Node's words for a wrong option are two.
local BOTH = { "killSignal", "signal" }
local SIGNAL = { ["args.killSignal"] = BOTH, ["options.killSignal"] = BOTH }

return {
    receivers = {
        ["moonherd.Channel"] = {
            open = channel,
            closed = function()
                local one = channel()
                one._ipc.target:disconnect()
                wait.turn()
                return one
            end,
            dispose = function(one) one._ipc.target:kill("SIGKILL") end,
        },
        ["moonherd.ChildProcess"] = {
            open = spawned,
            closed = function()
                local child = spawned()
                child:kill("SIGKILL")
                return child
            end,
            dispose = kill,
        },
    },
    valid = {
        ["child_process.exec"] = run("true"),
        ["child_process.execFile"] = run("true"),
        ["child_process.execFileSync"] = run("true"),
        ["child_process.execSync"] = run("true"),
        ["child_process.fork"] = run("/dev/null"),
        ["child_process.spawn"] = run("true"),
        ["child_process.spawnSync"] = run("true"),
    },
    options = {
        ["moonherd.child_process.ObjectOptions"] = function() return { file = "true" } end,
    },
    named = {
        ["child_process.exec"] = SIGNAL,
        ["child_process.execFile"] = SIGNAL,
        ["child_process.execFileSync"] = SIGNAL,
        ["child_process.execSync"] = SIGNAL,
        ["child_process.fork"] = SIGNAL,
        ["child_process.spawn"] = SIGNAL,
        ["child_process.spawnSync"] = SIGNAL,
    },
    -- What a program did is the world's: it comes back as an error without a code, as in Node.
    dangerous = {
        ["child_process.execFileSync"] = true,
        ["child_process.execSync"] = true,
    },
    dispose = kill,
}
