-- json.lua - shows a part of a JSON document, indented.
--
--     curl -s https://api.example.org/users | scripts/run scripts/examples/json.lua 1.address.city
--     echo '{"a":[1,{"b":null}]}' | scripts/run scripts/examples/json.lua a.2
--
-- Lists count from 1, as in Lua. The exit code is 1 where there is no JSON, and 2 where there is no such part. What to
-- look at: null is json.null, which is not nil and counts as true; an empty list stays a list.

local json = require "json"

local ok, value = pcall(json.decode, io.read("*a"))
if not ok then
    console.error(value.message)
    process.exit(1)
end

local way = {}
for key in (process.argv[3] or ""):gmatch("[^.]+") do
    table.insert(way, key)
    local step = type(value) == "table" and value[key] or nil
    if step == nil and type(value) == "table" then
        step = value[tonumber(key)]
    end
    if step == nil then
        console.error("there is no %s in it", table.concat(way, "."))
        process.exit(2)
    end
    value = step
end

print(json.encode(value, { indent = 2 }))
