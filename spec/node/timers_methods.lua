-- IDs: TM-02 TM-03 TM-05 TM-06
local t = require("trace")
local far = setTimeout(function() t("never") end, 60000)
t("ref", far:hasRef(), far:unref() == far, far:hasRef(), far:ref() == far, far:hasRef(), far:refresh() == far)
far:close()
local gone = setTimeout(function() t("never") end, 5)
clearTimeout(gone)
clearTimeout(gone)
clearTimeout() clearTimeout(nil) clearTimeout("junk") clearInterval({}) clearTimeout(-1)
clearImmediate(setImmediate(function() t("never") end))
clearTimeout(setTimeout(function() t("never") end, 5).id)
clearInterval(setTimeout(function() t("never") end, 5))
setTimeout(function() t("unref never") end, 60000):unref()
process.on("warning", function(w) t("warning", w.name, w.message) end)
local delays = { n = 7, nil, -5, 0 / 0, "1", 1.9, 0, 2147483648 }
for i = 1, delays.n do
    local name = delays[i] ~= delays[i] and "nan" or tostring(delays[i])
    setTimeout(function(v) t("short", v) end, delays[i], name)
end
local turns = 0
local every
every = setInterval(function(v)
    t("every", v)
    turns = turns + 1
    if turns == 3 then clearInterval(every) end
end, 30, "x")
local again
again = setTimeout(function()
    t("again")
    if turns < 100 then
        turns = 100
        again:refresh()
    end
end, 200)
