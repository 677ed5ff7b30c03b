-- process.lua - a job that can be asked how it is, and that ends well whatever ends it.
--
--     scripts/run scripts/examples/process.lua          JOBS (10) pieces of work, STEP (ms, 500) each
--     kill -USR2 <pid>                                  says how far it is, and what it takes
--     kill <pid>, or Ctrl-C                             finishes the piece in hand and ends; a second time: at once
--
-- What to look at: a listener takes a signal's usual effect away; "exit" is the last word, whatever the way out;
-- process.exitCode says how it went without ending anything.

local JOBS, STEP = tonumber(process.env.JOBS) or 10, tonumber(process.env.STEP) or 500

local done, stopping = 0, nil

local function work()
    done = done + 1
    console.log("piece %d of %d is done", done, JOBS)
    if done < JOBS and not stopping then
        setTimeout(work, STEP)
    elseif done < JOBS then
        process.exitCode = 2 -- not all, but nothing half
    end
end

local function stop(name)
    if stopping then
        console.log("%s again: at once", name)
        process.exit(1)
    end
    stopping = name
    console.log("%s: ends when the piece in hand is done", name)
end

process.on("SIGINT", stop)
process.on("SIGTERM", stop)

process.on("SIGUSR2", function()
    local usage = process.cpuUsage()
    console.log("%d of %d done in %i s; %i MiB resident, %i ms of processor", done, JOBS, process.uptime(),
        process.memoryUsage().rss / 2 ^ 20, (usage.user + usage.system) / 1000)
end)

process.on("uncaughtException", function(err, _, traceback)
    console.error("a bug: %s\n%s", tostring(err), traceback)
    process.exit(70)
end)

process.on("exit", function(code)
    console.log("%d of %d pieces, exit code %d", done, JOBS, code)
end)

console.log("pid %d, %d pieces of %d ms", process.pid, JOBS, STEP)
setTimeout(work, STEP)
