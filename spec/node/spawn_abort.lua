-- IDs: CP-29 ER-19
local t = require("trace")
local cp = require("child_process")
if process.argv[3] then
    process.on("message", function() end)
    return
end
for _, signal in ipairs({ 5, "x", true, {}, {} }) do
    t.throws("spawn", function() cp.spawn("true", {}, { signal = signal }) end)
    t.throws("fork", function() cp.fork("x", {}, { signal = signal }) end)
    t.throws("exec", function() cp.exec("true", { signal = signal }) end)
    t.throws("execFile", function() cp.execFile("true", { signal = signal }) end)
end
local read = { "-c", "read x" }
local runs = {
    { "aborted while it runs", function(signal, abort)
        return cp.spawn("sh", read, { signal = signal }):on("spawn", abort)
    end },
    { "by another signal", function(signal, abort)
        return cp.spawn("sh", read, { signal = signal, killSignal = "SIGKILL" }):on("spawn", abort)
    end },
    { "at once", function(signal) return cp.spawn("sh", read, { signal = signal }) end, true },
    { "before", function(signal, abort)
        abort()
        local child = cp.spawn("sh", read, { signal = signal })
        t("pid", child.pid > 0, child.killed)
        return child
    end },
    { "of none", function(signal, abort)
        abort()
        return cp.spawn("no-such-program", {}, { signal = signal })
    end },
    { "of one that is not there", function(signal, abort)
        return cp.spawn("no-such-program", {}, { signal = signal }):on("error", abort)
    end },
    { "after its end", function(signal, abort) return cp.spawn("true", { signal = signal }):on("exit", abort) end },
    { "twice", function(signal, abort)
        return cp.spawn("sh", read, { signal = signal }):on("spawn", function() abort() abort() end)
    end },
    { "of a fork", function(signal, abort)
        return cp.fork(process.argv[2], { "child" }, { signal = signal }):on("spawn", abort)
    end },
    { "of a fork, before", function(signal, abort)
        abort()
        return cp.fork(process.argv[2], { "child" }, { signal = signal })
    end },
    { "of execFile", function(signal, abort, c)
        return cp.execFile("sh", read, { signal = signal }, c):on("spawn", abort)
    end },
    { "of exec, before", function(signal, abort, c)
        abort()
        return cp.exec("read x", { signal = signal }, c)
    end },
}
local reasons = { false, "why", require("moonherd.errors").new("Error", nil, "because") }
local function next_one(i)
    if i == #runs * #reasons then return end
    local name, run, at_once = unpack(runs[math.floor(i / #reasons) + 1])
    local controller = AbortController()
    local function abort() controller:abort(reasons[i % #reasons + 1] or nil) end
    t("run", name)
    local child = run(controller.signal, abort, function(err, out, err_out)
        t("callback", err, rawequal(err.cause, controller.signal.reason), out, err_out)
    end)
    t.on(child, "child", { "spawn", "exit" })
    child:on("error", function(err)
        t("error", err, rawequal(err.cause, controller.signal.reason), err.name == "AbortError" and err.cause,
            child.killed)
    end)
    child:on("close", function(code, signal)
        t("close", code, signal, child.killed)
        next_one(i + 1)
    end)
    if at_once then
        abort()
        t("now", child.killed)
    end
end
next_one(0)
