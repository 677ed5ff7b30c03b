-- timers.lua - two small tools that everybody writes once: debounce and throttle.
--
--     scripts/run scripts/examples/timers.lua
--
-- A key is pressed 20 times, every 30 ms; a search should start when the typing pauses (debounce), a progress bar may
-- move ten times a second at most (throttle). What to look at: `refresh` starts a timer anew without making one, and a
-- timer that is `unref`ed does not keep the program waiting for it.

--- Calls `fn` with the last arguments once nothing was called for `ms`.
local function debounce(fn, ms)
    local args, timer
    return function(...)
        args = { n = select("#", ...), ... }
        timer = timer and timer:refresh() or setTimeout(function()
            timer = nil
            fn(unpack(args, 1, args.n))
        end, ms)
    end
end

--- Calls `fn` at once, and then at most every `ms`, with the arguments of the latest call.
local function throttle(fn, ms)
    local args, timer
    local function call()
        if args then
            local now = args
            args, timer = nil, setTimeout(call, ms)
            fn(unpack(now, 1, now.n))
        else
            timer = nil
        end
    end
    return function(...)
        args = { n = select("#", ...), ... }
        if not timer then
            call()
        end
    end
end

local searches, moves = 0, 0

local search = debounce(function(text)
    searches = searches + 1
    console.log("search for %s", text)
end, 200)

local progress = throttle(function(count)
    moves = moves + 1
    console.log("%s", ("#"):rep(count))
end, 100)

local typed = 0
local typing
typing = setInterval(function()
    typed = typed + 1
    search(("how to herd the moon"):sub(1, typed))
    progress(typed)
    if typed == 20 then
        clearInterval(typing)
    end
end, 30)

setInterval(function() console.log("still here") end, 10000):unref() -- never seen: the program ends before

process.on("exit", function()
    console.log("%d keys, %d moves of the bar, %d search", typed, moves, searches)
end)
