--- What is open: handles of the engine in this process, descriptors, children, memory of any process.
--
--     local leaks = require "spec.support.leaks"
--     local before = leaks.snapshot()
--     ...
--     leaks.check(before)                    -- waits until all of it is gone, or raises and names what stays
--
--     leaks.fds(pid), leaks.children(pid), leaks.zombies(pid), leaks.rss(pid)     -- of any process

local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local M = {}

--- { [fd] = what it leads to } of a process; empty once it is gone.
function M.fds(pid)
    local folder = ("/proc/%s/fd"):format(pid or "self")
    local fds = {}
    for _, name in ipairs(sys.list(folder) or {}) do
        local target = sys.readlink(folder .. "/" .. name)
        -- The folder's own descriptor is one of the names while we read it.
        if target and not target:find("^/proc/%d+/fd$") then
            fds[tonumber(name)] = target
        end
    end
    return fds
end

function M.count(set)
    local count = 0
    for _ in pairs(set) do
        count = count + 1
    end
    return count
end

-- The state and the parent of a process; its name, which may hold anything, ends at the last parenthesis.
local function stat(pid)
    local text = sys.slurp(("/proc/%s/stat"):format(pid))
    local state, parent = (text or ""):match("^.*%) (%S) (%d+)")
    return state, tonumber(parent)
end

--- The state letter of a process ("R", "S", "T", "Z"), nil once it is gone.
function M.state(pid)
    return (stat(pid))
end

--- { [pid] = state letter } of the children of a process.
function M.children(pid)
    pid = pid or sys.C.getpid()
    local found = {}
    for _, name in ipairs(sys.list("/proc")) do
        if name:find("^%d+$") then
            local state, parent = stat(name)
            if parent == pid then
                found[tonumber(name)] = state
            end
        end
    end
    return found
end

--- The list of a process's children that ended and were not waited for.
function M.zombies(pid)
    local list = {}
    for child, state in pairs(M.children(pid)) do
        if state == "Z" then
            list[#list + 1] = child
        end
    end
    return list
end

--- Resident bytes of a process, 0 once it is gone.
function M.rss(pid)
    local pages = (sys.slurp(("/proc/%s/statm"):format(pid or "self")) or ""):match("^%d+ (%d+)")
    return (tonumber(pages) or 0) * 4096
end

--- Whether a process is there at all; a zombie is not.
function M.alive(pid)
    local state = stat(pid)
    return state ~= nil and state ~= "Z" and state ~= "X"
end

local function handles()
    local core = package.loaded["moonherd.core"]
    return type(core) == "table" and core.handles() or {}
end

--- What this process holds now.
function M.snapshot()
    if type(package.loaded["moonherd.core"]) == "table" then
        require("moonherd.timers") -- it opens the two handles that all timers share, and keeps them
    end
    return { handles = handles(), fds = M.fds(), children = M.children() }
end

local function surplus(before)
    local found = {}
    for name, count in pairs(handles()) do
        local had = before.handles[name] or 0
        if count > had then
            found[#found + 1] = ("%d %s too many"):format(count - had, name)
        end
    end
    for fd, target in pairs(M.fds()) do
        if not before.fds[fd] then
            found[#found + 1] = ("fd %d to %s"):format(fd, target)
        end
    end
    for pid, state in pairs(M.children()) do
        if not before.children[pid] then
            found[#found + 1] = ("child %d in state %s"):format(pid, state)
        end
    end
    return found
end

--- Waits until this process holds no more than it did; raises with a list of what it still holds.
function M.check(before, seconds)
    local late = wait.deadline(seconds or 2)
    local found = surplus(before)
    while #found > 0 do
        if late() then
            error("left behind: " .. table.concat(found, "; "), 2)
        end
        collectgarbage()
        wait.turn()
        found = surplus(before)
    end
end

return M
