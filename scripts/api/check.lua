--- Holds the entries of lua/moonherd/meta against the program; prints what does not fit, with what to do about it.
--
--     LUA_PATH='./lua/?.lua;./lua/?/init.lua;./?.lua' LUA_CPATH='build/release/lib/?.so' luajit scripts/api/check.lua
--
-- Another folder may be named instead. Ends with 1 if anything does not fit. `scripts/check api` runs it.

local entries_of = require("scripts.api.entries")
local events = require("moonherd.events")
local program = require("scripts.api.program")
local types = require("scripts.api.types")

-- Classes that no user meets: of the engine's own conversations.
local INTERNAL = {
    ["json.array"] = true,
    Herd = true,
}

local broken = 0

local function complain(where, text, ...)
    broken = broken + 1
    local place = where.file and ("%s:%d"):format(where.file, where.line) or where
    print(("%s: "):format(place) .. text:format(...))
end

local function written(name, owner, is_class)
    return (is_class and owner.name .. ":" or owner.name .. ".") .. name
end

local function sorted_keys(map)
    local keys = {}
    for key in pairs(map) do
        keys[#keys + 1] = key
    end
    table.sort(keys)
    return keys
end

-- Parameters --------------------------------------------------------------------------------------------------

--- The code may write "eventName" as `event_name`, "options" as `opts`, what it does not use with a _ in front, and
--- Lua's words with one behind.
local function same_name(entry_name, real_name)
    if real_name == "opts" then
        real_name = "options"
    end
    return entry_name:gsub("_", ""):lower() == real_name:gsub("_", ""):lower()
end

local function check_parameters(entry, name, fn)
    local real = program.parameters(fn, entry.method)
    if not real then
        return
    end
    local vararg = real[#real] == "..."
    for i, param in ipairs(entry.params) do
        local real_name = real[i] or (vararg and "...")
        if not real_name then
            return complain(entry, "%s takes (%s): there is no parameter '%s'; take it out of the entry",
                name, table.concat(real, ", "), param.name)
        elseif real_name ~= "..." and not same_name(param.name, real_name) then
            return complain(entry, "%s takes (%s): its parameter %d is called '%s' in the entry; give both one name, "
                .. "Node's if it has one", name, table.concat(real, ", "), i, param.name)
        end
    end
    local missing = real[#entry.params + 1]
    if missing and missing ~= "..." then
        complain(entry, "%s takes (%s): the entry leaves out '%s'; describe it",
            name, table.concat(real, ", "), missing)
    end
end

--- What every value with a type has to say.
local function check_value(owner, name, value, entries)
    local where = { file = owner.file, line = value.line or owner.line }
    if types.has(value.type, "number", "integer") and not value.range then
        complain(where, "%s: say which numbers '%s' takes, with the unit: \"(ms, 1..2147483647, default 1)\", "
            .. '"0.." or "any number"', name, value.name)
    end
    for _, alternative in ipairs(value.type) do
        local class = alternative.name or (alternative.kind == "list" and alternative.of[1].name)
        local unknown = class and class:find("^moonherd%.") and not entries.classes[class]
        if unknown then
            complain(where, "%s: there is no class %s; describe it, or write its name right", name, class)
        end
    end
end

local check_source -- below

local function check_function(entries, entry, name)
    check_source(entry, name)
    if entry.alias then
        return
    end
    if entry.doc == "" then
        complain(entry, "%s: say what it does", name)
    end
    for _, param in ipairs(entry.params) do
        check_value(entry, name, param, entries)
    end
end

-- Sources -----------------------------------------------------------------------------------------------------

local PAGES = "https://nodejs.org/docs/latest-v20.x/api/"
local LOCAL_PAGES = "/usr/share/doc/nodejs/api/" -- of the package nodejs-doc, if it is of the same version

local pages = {}

--- The text of one of Node's pages as installed; false where there is none to look at.
local function page_text(page)
    if pages[page] == nil then
        local file = io.open(LOCAL_PAGES .. page, "rb")
        local text = file and file:read("*a")
        pages[page] = text and text:find("Node.js v20.", 1, true) and text or false
        if file then
            file:close()
        end
    end
    return pages[page]
end

check_source = function(entry, name)
    local source = entry.source
    if not source then
        complain(entry, '%s: say where it is from: a last line "Node: %s..." or "moonherd only"', name, PAGES)
    elseif source ~= "moonherd only" then
        local page, anchor = source:match("^(%S-)#?([^#]*)$")
        if source:sub(1, #PAGES) ~= PAGES then
            return complain(entry, '%s: the page has to begin with "%s"', name, PAGES)
        elseif not source:find("#", 1, true) then
            page, anchor = source, nil
        end
        local text = page_text(page:sub(#PAGES + 1))
        if text and anchor and not text:find(('id="%s"'):format(anchor), 1, true) then
            complain(entry, "%s: Node's page has no anchor #%s", name, anchor)
        end
    end
end

local function check_container(owner)
    check_source(owner, owner.name)
    if owner.doc == "" then
        complain(owner, "%s: say what it is", owner.name)
    end
end

-- Containers --------------------------------------------------------------------------------------------------

local function check_fields(entries, owner)
    for _, field in ipairs(owner.fields) do
        check_value(owner, owner.name, field, entries)
        if field.doc == "" then
            complain({ file = owner.file, line = field.line }, "%s.%s: say what it is", owner.name, field.name)
        end
    end
end

local function fields_by_name(owner)
    local fields = {}
    for _, field in ipairs(owner.fields) do
        fields[field.name] = field
    end
    return fields
end

--- Whether a class that extends this one has the function: what streams have in common, each has by itself.
local function exists_below(entries, owner, name)
    for _, other in pairs(entries.classes) do
        for _, parent in ipairs(other.parents) do
            local found = parent == owner.name and program.class(other)
            if found and found.functions[name] or (parent == owner.name and exists_below(entries, other, name)) then
                return true
            end
        end
    end
    return false
end

--- A module, or a class: its functions against those of the program, both ways.
local function check_functions(entries, owner, real, is_class)
    for _, name in ipairs(owner.order) do
        local entry = owner.functions[name]
        local full = written(name, owner, is_class and entry.method)
        if real[name] == nil and not owner.exports[name] and not exists_below(entries, owner, name) then
            complain(entry, "there is no %s in the program: take the entry out, or make the function public", full)
        elseif not entry.alias and real[name] then
            check_parameters(entry, full, real[name])
        end
        check_function(entries, entry, full)
    end
    local fields = fields_by_name(owner)
    local inherited = entries_of.inherited(entries, owner)
    for _, name in ipairs(sorted_keys(real)) do
        if not (owner.functions[name] or fields[name] or owner.exports[name] or inherited[name]) then
            complain(owner, "%s has no entry: describe it here, or begin its name with _ if it is not for users",
                written(name, owner, is_class))
        end
    end
end

local function check_module(entries, name)
    local module = entries.modules[name]
    local functions, others = program.public(program.module(name))
    -- Of a singleton, as process is: what every emitter has is described once.
    if module.parents and module.parents[1] == "moonherd.EventEmitter" then
        for key in pairs(program.public(events.EventEmitter)) do
            functions[key] = nil
        end
    end
    check_container(module)
    check_functions(entries, module, functions, false)
    check_fields(entries, module)
    local fields = fields_by_name(module)
    for _, key in ipairs(sorted_keys(others)) do
        if not (fields[key] or module.functions[key] or module.exports[key]) then
            complain(module, "%s.%s has no entry: describe it as a @field", name, key)
        end
    end
end

--- A class that has methods of its own, or stands for nothing but its fields: options, results.
local function check_class(entries, class)
    local found = program.class(class)
    check_fields(entries, class)
    if found or #class.order > 0 then
        check_container(class)
        check_functions(entries, class, found and found.functions or {}, true)
    end
    return found
end

-- The whole ---------------------------------------------------------------------------------------------------

local entries = entries_of.load(arg[1])
for _, problem in ipairs(entries.problems) do
    broken = broken + 1
    print(problem)
end

local described = {} -- classes of the program
for _, name in ipairs(program.modules()) do
    if entries.modules[name] then
        check_module(entries, name)
        for _, class in ipairs(entries.modules[name].classes) do
            if class ~= entries.modules[name].body then
                local found = check_class(entries, class)
                described[found or class] = true
            end
        end
    else
        complain("lua/moonherd/meta", "there is no %s.lua: describe the module %s there (see README.md)", name, name)
    end
end
for _, name in ipairs(entries.order) do
    local known = false
    for _, module in ipairs(program.modules()) do
        known = known or module == name
    end
    if not known then
        complain("lua/moonherd/meta/" .. name .. ".lua", "there is no module %s for users", name)
    end
end

for _, class in ipairs(program.classes()) do
    if not described[class] and not INTERNAL[class.name] and next(class.functions) then
        complain("lua/moonherd/meta", "the class %s (%s) has no entry", class.name, class.module or "?")
    end
end

print(("%d modules are described"):format(#entries.order))
os.exit(broken == 0 and 0 or 1)
