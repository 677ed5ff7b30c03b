-- IDs: CP-51 CP-52 CP-57 CP-58 CP-84 ER-14
local t = require("trace")
local spawn = require("child_process").spawn
local child = spawn("sleep", { "60" }, { stdio = "ignore" })
t("test", child:kill(0), child.killed)
for _, bad in ipairs({ "SIGNOPE", "nonsense", "TERM", "", "9", 1000, -1, 40, 64, 1.5, true, false, {} }) do
    t.throws("bad", function() child:kill(bad) end)
end
t("nothing sent", child.exitCode, child.signalCode)
-- killed says that a signal was sent, not that anything ended.
local function stopped()
    local one = spawn("cat", { stdio = { "pipe", "ignore", "ignore" } })
    t("stop", one:kill("SIGSTOP"), one:kill("SIGCONT"), one.killed)
    one.stdin:end_()
    one:on("exit", function(code, signal)
        t("went on", code, signal, one.killed)
        local itself = spawn("sh", { "-c", "kill -TERM $$" })
        itself:on("exit", function(c, s)
            t("by itself", c, s, itself.killed, itself.exitCode, itself.signalCode)
        end)
    end)
end
-- A signal by each of its names, and by number.
local signals = { n = 11, "sigkill", "SigInt", "SIGIO", "SIGPOLL", "SIGIOT", "SIGABRT", "SIGSTKFLT", 9, 29, 15 }
local function next_one(i)
    if i > signals.n then return stopped() end
    local other = spawn("sleep", { "60" }, { stdio = "ignore" })
    other:on("exit", function(c, s)
        t("by", signals[i], c, s, other.killed)
        next_one(i + 1)
    end)
    t("sent", other:kill(signals[i]), other.killed, other.signalCode)
end
child:on("exit", function(code, signal)
    t("exit", code, signal, child.exitCode, child.signalCode, child.killed)
    t("after", child:kill(), child:kill(0), child.killed)
    t.throws("bad after", function() child:kill("nonsense") end)
    next_one(1)
end)
t("sent", child:kill("sigterm"), child.killed)
