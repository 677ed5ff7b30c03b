--- The watchdog: what the silence of a worker means. Pure: facts in, verdict and reason out.
--
--     local watchdog = require "moonherd.policy.watchdog"
--     local verdict, reason = watchdog.judge({ missed = 3, interval = 10000, misses = 3, state = "T" })
--     --> "zombie", "no answer to 3 pings in 30000 ms: stopped by a signal"
--
-- fine     it answers, or nobody may judge it: the heartbeat is off, or the master itself was late, so that
--          the answers may lie unread.
-- late     pings are unanswered, fewer than `misses`.
-- zombie   `misses` pings or more are unanswered.

local M = {}

-- The letter of /proc/PID/stat, in words.
local STATES = {
    R = "running",
    S = "sleeping",
    D = "in a system call that cannot be interrupted",
    T = "stopped by a signal",
    t = "stopped by a debugger",
    Z = "dead and not yet reaped",
    X = "dead",
}

---@class moonherd.WatchdogFacts
---@field missed integer pings in a row without an answer
---@field interval integer|false milliseconds between pings; false: the heartbeat is off
---@field misses integer unanswered pings that make a zombie
---@field state string? of the process: the letter of /proc/PID/stat
---@field masterLate number? milliseconds by which the master's own round came late

---@param facts moonherd.WatchdogFacts
---@return "fine"|"late"|"zombie" verdict
---@return string reason
function M.judge(facts)
    local missed, interval = facts.missed, facts.interval
    if not interval then
        return "fine", "the heartbeat is off"
    elseif missed == 0 then
        return "fine", "it answers"
    elseif (facts.masterLate or 0) >= interval then
        return "fine", ("the master was itself late by %d ms"):format(facts.masterLate)
    end
    local reason = ("no answer to %d ping%s in %d ms"):format(missed, missed == 1 and "" or "s", missed * interval)
    if facts.state then
        reason = reason .. ": " .. (STATES[facts.state] or "process state " .. facts.state)
    end
    return missed < facts.misses and "late" or "zombie", reason
end

return M
