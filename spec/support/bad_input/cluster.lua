--- What the bad-input cases need for cluster.
local cluster = require("moonherd.cluster")
local wait = require("spec.support.wait")

local function nothing() end

--- A worker whose process waits for its end; what the cases before have set does not matter.
local function worker()
    cluster.settings = { execPath = "/bin/sleep", execArgv = {}, exec = "100", args = {}, stdio = "ignore" }
    return cluster.fork():on("error", nothing)
end

local function kill(object)
    if type(object) == "table" and object.process and not object:isDead() then
        object.process:kill("SIGKILL")
    end
end

local function dead()
    local object = worker()
    kill(object)
    wait(function() return object:isDead() and not object:isConnected() end, 5, "the end of a worker")
    return object
end

return {
    receivers = {
        ["moonherd.Worker"] = { open = worker, closed = dead, dispose = kill },
    },
    valid = {
        ["moonherd.Worker:send"] = function() return { "message" } end,
        ["moonherd.Worker:request"] = function() return { "message", 1000, nothing } end,
        ["cluster.disconnect"] = function() return { {}, nothing } end,
    },
    -- A real fork with whatever was set last; and a guard stays for good.
    dangerous = { ["cluster.fork"] = true, ["cluster.guard"] = true },
    dispose = kill,
}
