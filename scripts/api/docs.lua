--- Writes the API reference as Markdown, from the entries of lua/moonherd/meta.
--
--     LUA_PATH='./?.lua;./lua/?.lua' luajit scripts/api/docs.lua >docs/api.md
--
-- A table of contents; then each module with its own functions, its classes and its options. What a type names is a
-- link to where it is described.

local api = require("scripts.api.entries")
local calls = require("moonherd.calls")

local entries = api.load()
if #entries.problems > 0 then
    io.stderr:write(table.concat(entries.problems, "\n"), "\n")
    os.exit(1)
end

local PAGES = "https://nodejs.org/docs/latest-v20.x/api/"

local function put(text, ...)
    io.write(select("#", ...) > 0 and text:format(...) or text, "\n")
end

-- Names and links ---------------------------------------------------------------------------------------------

--- The anchor that a heading gets: small letters, no punctuation, a dash for a blank.
local function anchor(heading)
    return (heading:lower():gsub("[^%w _-]", ""):gsub(" ", "-"))
end

--- "Class: net.Server", as it stands in headings; the module of classes that have none in their name is not said.
local function class_heading(class)
    return (class.record and "Table: " or "Class: ") .. class.name:gsub("^moonherd%.", "")
end

local function class_link(name)
    local class = entries.classes[name]
    local short = name:gsub("^moonherd%.", "")
    if not class then
        return "`" .. short .. "`"
    elseif class == (entries.modules[class.module] or {}).body then
        return ("[`%s`](#%s)"):format(short, anchor(class.module))
    end
    return ("[`%s`](#%s)"):format(short, anchor(class_heading(class)))
end

--- A type with links in it: code in between.
local function type_text(written)
    local parts, at = {}, 1
    local function code(text)
        if text ~= "" then
            parts[#parts + 1] = "`" .. text .. "`"
        end
    end
    for from, name, behind in written:gmatch("()(moonherd%.[%w_.]+)()") do
        code(written:sub(at, from - 1))
        parts[#parts + 1] = class_link(name)
        at = behind
    end
    code(written:sub(at))
    return table.concat(parts)
end

local function in_cell(text)
    return (text:gsub("|", "\\|"):gsub("\n", " "))
end

local function put_source(source)
    if source == "moonherd only" then
        put("\n*moonherd only*")
    elseif source then
        put("\n[Node: %s](%s)", source:sub(#PAGES + 1), source)
    end
end

-- Functions ---------------------------------------------------------------------------------------------------

--- What stands in front of a function's name: "net." or "server:".
local function owner_prefix(owner, entry)
    if owner.name == "globals" then
        return ""
    elseif not entry.method then
        return owner.name:match("[^.]+$") .. "."
    end
    return calls.noun(owner.name:match("[^.]+$")) .. ":"
end

local function is_optional(param)
    for _, alternative in ipairs(param.type) do
        if alternative.name == "nil" then
            return true
        end
    end
    return false
end

--- "setTimeout(callback, delay?, ...)": a reader sees at once what may be left out.
local function signature(owner, entry, target)
    local names = {}
    for i, param in ipairs(target.params) do
        names[i] = param.name .. (is_optional(param) and "?" or "")
    end
    return ("%s%s(%s)"):format(owner_prefix(owner, target), entry.name, table.concat(names, ", "))
end

local function put_table(head, rows)
    if #rows == 0 then
        return
    end
    put("\n| %s |", table.concat(head, " | "))
    put("|%s", (" --- |"):rep(#head))
    for _, row in ipairs(rows) do
        put("| %s |", table.concat(row, " | "))
    end
end

local function put_values(title, values)
    local rows = {}
    for _, value in ipairs(values) do
        rows[#rows + 1] = { ("`%s`"):format(value.name), in_cell(type_text(value.written)), in_cell(value.doc) }
    end
    put_table({ title, "type", "meaning" }, rows)
end

local function put_returns(returns)
    for _, result in ipairs(returns) do
        -- As LuaLS reads it: the first word behind the type is the result's name.
        local name, doc = result.doc:match("^(%S+)%s*(.*)")
        local what = name and ("`%s` (%s)"):format(name, type_text(result.written)) or type_text(result.written)
        put("\nReturns %s%s", what, name and doc ~= "" and ": " .. doc or ".")
    end
end

local function put_raises(raises)
    for _, text in ipairs(raises) do
        put("\nRaises %s", text)
    end
end

local function put_function(level, owner, entry)
    local target = api.resolve(entries, owner, entry)
    put("\n%s %s\n", ("#"):rep(level), signature(owner, entry, target))
    if entry.doc ~= "" then
        put(entry.doc)
    end
    if entry.alias then
        put("\nThe same as `%s`.", entry.alias)
    else
        for _, params in ipairs(entry.forms) do
            put("\n    %s", signature(owner, entry, { params = params, method = entry.method }))
        end
        put_values("parameter", entry.params)
        put_returns(entry.returns)
        put_raises(entry.raises)
    end
    put_source(entry.source)
end

-- Containers --------------------------------------------------------------------------------------------------

local function put_events(level, owner)
    for _, event in ipairs(owner.events) do
        put("\n%s Event: \"%s\"\n", ("#"):rep(level), event.name)
        put("`listener%s`\n", event.args:gsub("moonherd%.", ""))
        put(event.doc)
    end
end

local function put_class(class)
    put("\n### %s\n", class_heading(class))
    local links = {}
    for i, parent in ipairs(class.parents) do
        links[i] = class_link(parent)
    end
    if links[1] then
        put("Extends %s.\n", table.concat(links, ", "))
    end
    put(class.doc)
    put_source(class.source)
    put_values(class.record and "field" or "property", class.fields)
    put_events(4, class)
    for _, name in ipairs(class.order) do
        put_function(4, class, class.functions[name])
    end
end

--- What has methods or events first, tables behind, each in the order of its file.
local function classes_of(module)
    local list = {}
    for _, wanted in ipairs({ false, true }) do
        for _, class in ipairs(module.classes) do
            if class ~= module.body and class.record == wanted then
                list[#list + 1] = class
            end
        end
    end
    return list
end

local function put_module(name)
    local module = entries.modules[name]
    put("\n## %s\n", name)
    put(module.doc or "")
    put_source(module.source)
    put_values("property", module.fields)
    put_events(3, module)
    for _, key in ipairs(module.order) do
        put_function(3, module, module.functions[key])
    end
    for _, class in ipairs(classes_of(module)) do
        put_class(class)
    end
end

local function put_contents()
    for _, name in ipairs(entries.order) do
        local module = entries.modules[name]
        put("- [%s](#%s)", name, anchor(name))
        local links = {}
        for _, key in ipairs(module.order) do
            local entry = module.functions[key]
            local heading = signature(module, entry, api.resolve(entries, module, entry))
            links[#links + 1] = ("[%s](#%s)"):format(key, anchor(heading))
        end
        for _, class in ipairs(classes_of(module)) do
            if not class.record then
                links[#links + 1] = ("[%s](#%s)"):format(class.name:match("[^.]+$"), anchor(class_heading(class)))
            end
        end
        if #links > 0 then
            put("  %s", table.concat(links, " · "))
        end
    end
end

put([[
# moonherd, the API

Made by `scripts/docs` from `lua/moonherd/meta`.

Names and meanings are Node's, with Lua's means: objects are called with a colon (`server:listen(80)`), modules and the
singletons `process` and `cluster` with a dot; `end` is written `end_`; `undefined` and a missing argument are nil; byte
strings stand for buffers. A `?` behind a name says that it may be nil or left out.

An argument that cannot be meant raises an error: a table with `name`, `code`, `message`, `stack`, `call` (the function,
as it is written here) and `at` ("file:line" of the code that called it), which prints as `name [code]: message`. What
the world refuses is told by a callback or an "error" event, with `code`, `errno` and `syscall`.
]])
put_contents()
for _, name in ipairs(entries.order) do
    put_module(name)
end
