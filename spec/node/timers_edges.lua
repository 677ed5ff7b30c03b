-- IDs: TM-01 TM-02 TM-03 TM-05 TM-06 M-12
local t = require("trace")
local function now() return tonumber(process.hrtime.bigint() / 1000000ULL) end
local function block(ms)
    local till = now() + ms
    while now() < till do end
end
process.on("warning", function(w) t("warning", w.name, w.message) end)
local bad = { nil, nil, "x", {}, 5 }
for i = 1, 5 do
    t.throws("timeout", function() setTimeout(bad[i], 1) end)
    t.throws("interval", function() setInterval(bad[i], 1) end)
    t.throws("immediate", function() setImmediate(bad[i]) end)
end
local order = {}
local delays = { { "long", 320 }, { "one", 1 }, { "middle", 160 }, { "nothing" }, { "text", "160" }, { "junk", "x" },
    { "minus", -3 }, { "fraction", 160.9 }, { "hex", "0x140" }, { "table", {} }, { "huge", 2147483648 } }
for _, each in ipairs(delays) do
    setTimeout(function() order[#order + 1] = each[1] end, each[2])
end
local clearing, refreshing, keeping
setTimeout(function()
    t("in order of their times", order)
    clearing()
end, 600)

function clearing()
    local timers = {}
    local first
    first = setTimeout(function()
        for _, each in ipairs(timers) do clearTimeout(each) end
        clearTimeout(first)
        t("first")
    end, 100)
    for i = 1, 3 do timers[i] = setTimeout(function() t("never") end, 100) end
    timers[4] = setTimeout(function() t("never") end, 110)
    local immediates = {}
    immediates[1] = setImmediate(function()
        t("immediate")
        clearImmediate(immediates[2])
        clearImmediate(immediates[1])
    end)
    immediates[2] = setImmediate(function() t("never") end)
    immediates[3] = setImmediate(function() setImmediate(function() t("in the next turn") end) t("third") end)
    local runs = 0
    local every
    every = setInterval(function(...)
        t("every", runs, ...)
        runs = runs + 1
        if runs == 2 then
            clearInterval(every)
            clearInterval(every)
            setTimeout(refreshing, 1)
        end
    end, 60, "a", nil, "b")
end

function refreshing()
    local again = 0
    local timer
    timer = setTimeout(function()
        t("fired", again)
        again = again + 1
        if again == 1 then timer:refresh() else keeping() end
    end, 5)
    local cleared = setTimeout(function() t("never") end, 5)
    clearTimeout(cleared)
    t("refresh", cleared:refresh() == cleared, timer:refresh() == timer, timer:hasRef())
    t("ids", clearTimeout(setTimeout(function() t("never") end, 5).id),
        clearInterval(tostring(setInterval(function() t("never") end, 5).id)))
    t("cross", clearTimeout(setInterval(function() t("never") end, 5)),
        clearInterval(setTimeout(function() t("never") end, 5)))
    t("junk", clearTimeout(), clearTimeout(nil), clearTimeout("x"), clearTimeout({}), clearTimeout(true),
        clearInterval(-1), clearImmediate())
    t("another's", clearTimeout(setImmediate(function() t("still there") end)))
end

function keeping()
    local gaps = {}
    local last = now()
    local every
    every = setInterval(function()
        local this = now()
        gaps[#gaps + 1] = this - last >= 19
        last = this
        if #gaps == 2 then block(70) end
        if #gaps < 6 then return end
        clearInterval(every)
        t("no catching up", gaps)
        local far = setTimeout(function() t("never") end, 60000)
        t("unref", far:unref() == far, far:hasRef(), far:ref():hasRef(), far:unref():hasRef())
        local soon = setImmediate(function() t("never") end)
        t("immediate", soon:hasRef(), soon:unref() == soon, soon:hasRef(), soon:ref():hasRef())
        clearImmediate(soon)
        t("close", setTimeout(function() t("never") end, 1):close():hasRef())
        setInterval(function() t("never") end, 60000):unref()
    end, 20)
end
process.on("exit", function(code) t("exit", code) end)
