-- async.lua - fetches many pages, three at a time, and reads straight down.
--
--     scripts/run scripts/examples/async.lua            PAGES (12), AT_ONCE (3); the pages are its own server's
--
-- Each page takes its server between 50 and 250 ms, and page 7 is never answered. What to look at: a task is a function
-- that may wait; what waits returns nil and an error when the world fails; task:wait has what a task returned.

local async = require "async"
local http = require "http"

local PAGES, AT_ONCE = tonumber(process.env.PAGES) or 12, tonumber(process.env.AT_ONCE) or 3
local PATIENCE = 600 -- ms

local server = http.createServer(async.wrap(function(req, res)
    local page = tonumber(req.url:match("%d+"))
    if page ~= 7 then
        async.sleep(50 + page * 37 % 200)
        res:end_(("this is page %d"):format(page))
    end
end))

--- The text of a page, or nil and an error.
local function fetch(port, page)
    local url = ("http://127.0.0.1:%d/%d"):format(port, page)
    local res, err = async.call(http.get, url, { signal = AbortSignal.timeout(PATIENCE) })
    if not res then
        return nil, err
    end
    local parts = {}
    for bytes in async.on(res, "data") do
        table.insert(parts, bytes)
    end
    return table.concat(parts)
end

--- Takes page after page until none is left.
local function fetch_some(port, pages)
    local count = 0
    while #pages > 0 do
        local page = table.remove(pages, 1)
        local text, err = fetch(port, page)
        if text then
            count = count + 1
            console.log(text)
        else
            console.log("page %d: %s", page, (err.cause or err).message)
        end
    end
    return count
end

async.run(function()
    assert(async.call(server.listen, server, 0, "127.0.0.1"))
    local pages, tasks, count = {}, {}, 0
    for page = 1, PAGES do
        pages[page] = page
    end
    for i = 1, AT_ONCE do
        tasks[i] = async.run(fetch_some, server:address().port, pages)
    end
    for _, task in ipairs(tasks) do
        count = count + task:wait()
    end
    console.log("%d of %d pages", count, PAGES)
    server:closeAllConnections()
    server:close()
    http.globalAgent:destroy()
end)
