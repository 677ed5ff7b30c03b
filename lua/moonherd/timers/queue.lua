--- The timers that wait, and the one timer of the loop that they share, so that each costs a table and no more.
--
--     queue.start(timer)       -- or again: from now on, timer._ms milliseconds
--     queue.stop(timer)        -- for good
--
-- Timers of equal delay stand in a list, in the order they are due, and the lists stand in a heap by what is due next.
-- A timer that is stopped just leaves its list; a list that is found empty when its time comes is dropped.
--
-- A timer has _ms (nil once it was stopped), _repeat, _ref (keeps the program alive), _callback, and _args if there are
-- any. While it waits it has _list, _prev, _next and _start, which are ours.

local core = require("moonherd.core")
local tick = require("moonherd.tick")

local floor = math.floor
local unpack = unpack

local SWEEP_AT = 1024 -- empty lists that may wait for their time

local M = {}

-- Lists in a heap ---------------------------------------------------------------------------------------------

local lists = {} -- delay in ms -> list; a list is a ring: its own next and prev lead to its first and last timer
local heap = {} -- lists, the one with the smallest `due` at 1
local empty = 0 -- lists without a timer in the heap

local function sift_up(index)
    local list = heap[index]
    while index > 1 do
        local parent = floor(index / 2)
        if heap[parent].due <= list.due then
            break
        end
        heap[index] = heap[parent]
        index = parent
    end
    heap[index] = list
end

local function sift_down(index)
    local list, count = heap[index], #heap
    while true do
        local child = index * 2
        if child > count then
            break
        elseif child < count and heap[child + 1].due < heap[child].due then
            child = child + 1
        end
        if heap[child].due >= list.due then
            break
        end
        heap[index] = heap[child]
        index = child
    end
    heap[index] = list
end

local function drop_top()
    local top = heap[1]
    lists[top.ms] = nil
    heap[1] = heap[#heap]
    heap[#heap] = nil
    if heap[1] then
        sift_down(1)
    end
end

--- Empty lists would otherwise stay until their time comes, which may be weeks.
local function sweep()
    local kept = {}
    for _, list in ipairs(heap) do
        if list.next == list then
            lists[list.ms] = nil
        else
            kept[#kept + 1] = list
        end
    end
    heap, empty = kept, 0
    for index = floor(#heap / 2), 1, -1 do
        sift_down(index)
    end
end

-- The timer of the loop ---------------------------------------------------------------------------------------

local owner = {}
local handle = core.timer(owner)
handle:unref()

local armed_for = math.huge -- when it will fire, in the loop's time
local refs = 0 -- timers that wait and keep the program alive

local function arm(due, now)
    armed_for = due
    -- Never 0: a timer that is always late would keep the loop from ever looking at anything else.
    handle:start(due > now and due - now or 1)
end

local function add_ref()
    refs = refs + 1
    if refs == 1 then
        handle:ref()
    end
end

local function drop_ref()
    refs = refs - 1
    if refs == 0 then
        handle:unref()
    end
end

-- Timers ------------------------------------------------------------------------------------------------------

--- Puts a timer at the end of its list.
local function insert(timer, now)
    local ms = timer._ms
    local list = lists[ms]
    timer._start = now
    if not list then
        list = { ms = ms, due = now + ms }
        list.next, list.prev = list, list
        lists[ms] = list
        heap[#heap + 1] = list
        sift_up(#heap)
    elseif list.next == list then
        empty = empty - 1 -- its `due` may be too early by now, which run_due finds out
    end
    local last = list.prev
    timer._list, timer._prev, timer._next = list, last, list
    -- Rings of unlike members: a list has next and prev, a timer _next and _prev.
    if last == list then
        list.next = timer
    else
        last._next = timer
    end
    list.prev = timer
    if timer._ref then
        add_ref()
    end
end

local function unlink(timer)
    local list, before, after = timer._list, timer._prev, timer._next
    if before == list then
        list.next = after
    else
        before._next = after
    end
    if after == list then
        list.prev = before
    else
        after._prev = before
    end
    timer._list, timer._prev, timer._next = nil, nil, nil
    if list.next == list then
        empty = empty + 1
    end
    if timer._ref then
        drop_ref()
    end
    return list
end

--- It is due `_ms` from now, whether it waits already or not.
---@param timer table
function M.start(timer)
    if timer._list then
        unlink(timer)
    end
    local now = core.now(true)
    insert(timer, now)
    local due = now + timer._ms
    if due < armed_for then
        arm(due, now)
    end
end

local function run_list(list, now)
    while true do
        local timer = list.next
        if timer == list or timer._start + list.ms > now then
            return
        end
        unlink(timer)
        if timer._repeat then
            insert(timer, now) -- before the call, which may clear it or raise
        end
        local callback, args = timer._callback, timer._args
        if args then
            callback(unpack(args, 1, args.n))
        else
            callback()
        end
        tick.drain()
    end
end

local function run_due(now)
    local list = heap[1]
    while list and list.due <= now do
        run_list(list, now)
        -- What ran may have swept the heap; a list that is not on top any more gets its turn when it is.
        if heap[1] == list then
            if list.next == list then
                drop_top()
                empty = empty - 1
            else
                list.due = list.next._start + list.ms
                sift_down(1)
            end
        end
        list = heap[1]
    end
end

function owner:on_timer()
    local now = core.now()
    -- If a callback raises, this is what brings us back for those behind it.
    arm(now + 1, now)
    run_due(now)
    armed_for = math.huge
    if heap[1] then
        arm(heap[1].due, core.now(true))
    else
        handle:stop()
    end
end

--- It will not fire any more.
---@param timer table
function M.stop(timer)
    timer._ms = nil -- it cannot be refreshed any more
    if timer._list then
        unlink(timer)
        if empty > SWEEP_AT and empty * 2 > #heap then
            sweep()
        end
    end
end

--- Whether it keeps the program alive while it waits.
---@param timer table
---@param ref boolean
function M.set_ref(timer, ref)
    if timer._ref ~= ref then
        timer._ref = ref
        if timer._list then
            (ref and add_ref or drop_ref)()
        end
    end
end

--- How many timers wait and keep the program alive.
---@return integer
function M.referenced()
    return refs
end

return M
