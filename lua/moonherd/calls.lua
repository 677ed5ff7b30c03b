--- The public name of a call, as its user writes it: "net.connect", "server:listen", "process.exit".
--
--     local calls = require "moonherd.calls"
--     calls.name(level)      --> "server:listen", for the function of ours at that level of the stack
--
-- Functions do not know their names, so that the first error pays for a map from the functions of the modules that
-- are loaded to what they are called: exported functions, what stands behind those that take dot and colon calls
-- alike, and the methods of classes. A class is a table with a `__name`; those that no module exports are found as
-- upvalues. Nothing but functions, modules and classes is looked into, so that it costs the same however many objects
-- there are. A helper that was called last (`return helper(self)`) has taken its caller's place on the stack: then
-- the name that the user's own code has for it is taken, if it is one of ours.

local getinfo, getlocal, getupvalue = debug.getinfo, debug.getlocal, debug.getupvalue

local M = {}

-- What the documentation calls an object, where that is not its class with a small letter.
local NOUNS = {
    AbortController = "controller",
    AbortSignal = "signal",
    ChildProcess = "child",
    ClientRequest = "req",
    EventEmitter = "emitter",
    IncomingMessage = "message",
    ServerResponse = "res",
    WriteStream = "stream",
}

-- The module whose exports are globals, so that it is no part of their names.
local GLOBALS = "abort"

--- A class's objects: "server" for "Server".
---@param class string
---@return string
function M.noun(class)
    return NOUNS[class] or class:sub(1, 1):lower() .. class:sub(2)
end

---@class moonherd.calls.Entry
---@field key string "connect"
---@field owner string? "net", or "server" for a method; nil for a global
---@field method boolean

local entries ---@type table<function, moonherd.calls.Entry[]> under its several names, if it has any
local exported ---@type table<string, moonherd.calls.Entry[]> what modules export, by key
local known_modules -- how many there were when the map was made
local seen -- while it is made
local classes ---@type { name: string, class: table, methods: table }[]

local function is_own_function(value)
    return type(value) == "function" and getinfo(value, "S").source:find("moonherd/", 1, true) ~= nil
end

local OWN = { new = true, init = true, ["end"] = true }

--- Our camelCase; what begins with _ and snake_case is our own, but for `end_`, as are the makers inside classes.
--- `end` is another spelling of `end_`, which needs brackets.
---@param key any
---@return boolean
function M.is_public(key)
    return type(key) == "string" and key:find("^%a[%w]*_?$") ~= nil and not OWN[key]
end

local function add(fn, key, owner, method)
    local entry = { key = key, owner = owner, method = method }
    entries[fn] = entries[fn] or {}
    table.insert(entries[fn], entry)
    return entry
end

--- The public members of a type, in the order of their names: a function of several is always told by the same.
local function public_members(container, kind)
    local keys = {}
    for key, value in next, container do
        if type(value) == kind and M.is_public(key) then
            keys[#keys + 1] = key
        end
    end
    table.sort(keys)
    return keys
end

local function add_all(container, owner, method)
    for _, key in ipairs(public_members(container, "function")) do
        add(container[key], key, owner, method)
    end
end

local visit

--- The methods of a class, and those of one whose `__index` is a function that has them in a table of its own.
local function visit_class(class)
    if seen[class] then
        return
    end
    seen[class] = true
    local noun = M.noun(class.__name)
    local found = { name = class.__name, class = class, methods = class }
    classes[#classes + 1] = found
    add_all(class, noun, true)
    for _, value in next, class do
        visit(value)
    end
    local index = rawget(class, "__index")
    for i = 1, is_own_function(index) and math.huge or 0 do
        local name, value = getupvalue(index, i)
        if not name then
            break
        elseif name == "methods" and type(value) == "table" then
            found.methods = value
            add_all(value, noun, true)
        end
    end
end

--- A class, or what a module exports of one: a table that is called.
local function visit_table(value)
    local mt = getmetatable(value)
    if type(rawget(value, "__name")) == "string" then
        visit_class(value)
    elseif type(mt) == "table" and is_own_function(mt.__call) then
        visit(mt.__call)
    end
end

--- Looks for classes in what a function of ours refers to.
visit = function(fn)
    if not is_own_function(fn) or seen[fn] then
        return
    end
    seen[fn] = true
    for i = 1, math.huge do
        local name, value = getupvalue(fn, i)
        if not name then
            return
        elseif type(value) == "table" then
            visit_table(value)
        end
        visit(value)
    end
end

--- util.either makes one closure for each function that takes dot and colon calls: what it calls is on the stack.
---@param fn function
---@return function?
function M.behind(fn)
    for i = 1, 2 do
        local name, value = getupvalue(fn, i)
        if name == "method" and type(value) == "function" then
            return value
        end
    end
end

local function export(fn, key, owner)
    exported[key] = exported[key] or {}
    table.insert(exported[key], add(fn, key, owner, false))
    local inner = M.behind(fn)
    if inner then
        add(inner, key, owner, false)
    end
end

--- What a module exports: functions, and classes, which are called and may have functions of their own.
local function export_module(name, module)
    local owner = name ~= GLOBALS and name or nil
    for _, key in ipairs(public_members(module, "function")) do
        export(module[key], key, owner)
    end
    for _, key in ipairs(public_members(module, "table")) do
        local value = module[key]
        local mt = getmetatable(value)
        if type(mt) == "table" and is_own_function(mt.__call) then
            export(mt.__call, key, owner)
            if not rawget(value, "__name") then
                add_all(value, key, false)
            end
        end
    end
end

--- The names of our modules that are loaded, in no order.
local function own_modules()
    local names = {}
    for name in next, package.loaded do
        if type(name) == "string" and name:sub(1, 9) == "moonherd." then
            names[#names + 1] = name
        end
    end
    return names
end

local function build()
    local modules = own_modules()
    known_modules = #modules
    table.sort(modules)
    entries, exported, classes, seen = {}, {}, {}, {}
    if type(package.loaded.moonherd) == "table" then
        export_module("moonherd", package.loaded.moonherd)
    end
    local names = { GLOBALS }
    for name in next, require("moonherd.globals").short_names do
        names[#names + 1] = name
    end
    table.sort(names)
    for _, name in ipairs(names) do
        local module = package.loaded["moonherd." .. name]
        if type(module) == "table" then
            export_module(name, module)
        end
    end
    -- Other classes have its methods too: they are the emitter's.
    local events = package.loaded["moonherd.events"]
    if type(events) == "table" then
        visit_class(events.EventEmitter)
    end
    for _, name in ipairs(modules) do
        local module = package.loaded[name]
        if type(module) == "table" then
            visit_table(module)
            for _, value in next, module do
                if type(value) == "table" then
                    visit_table(value)
                end
                visit(value)
            end
        end
    end
    seen = nil
end

--- The object of a call: the class it is of, or the name of a singleton.
local function object_of(value)
    if type(value) ~= "table" then
        return nil
    end
    for _, name in ipairs({ "process", "cluster" }) do
        if rawequal(value, package.loaded["moonherd." .. name]) then
            return nil, name
        end
    end
    local mt = getmetatable(value)
    local class = type(mt) == "table" and rawget(mt, "__name")
    return type(class) == "string" and class or nil
end

--- What the user's own code calls it, if that is something of ours. Several modules may export a key ("Socket"): it
--- is of the one that has this function, or in whose folder it stands.
local function entry_at(info, class, singleton, object)
    if not info.name then
        return nil
    elseif info.namewhat == "method" then
        local ours = (class or singleton) and is_own_function(object[info.name])
        return ours and { key = info.name, owner = class and M.noun(class), method = true } or nil
    end
    for _, entry in ipairs(exported[info.name] or {}) do
        if entry.owner == singleton or info.source:find("moonherd/" .. (entry.owner or GLOBALS) .. "[./]") then
            return entry
        end
    end
    return nil
end

--- The public name of what runs at `level` of the stack, 1 being who asks. Nil if it is nothing public.
---@param level integer
---@return string?
function M.name(level)
    local info = getinfo(level + 1, "nSf")
    local _, first = getlocal(level + 1, 1)
    if not entries or (not entries[info.func] and #own_modules() ~= known_modules) then
        build()
    end
    local class, singleton = object_of(first)
    local entry = entry_at(info, class, singleton, first) or (entries[info.func] or {})[1]
    if not entry then
        return nil
    elseif singleton then
        return singleton .. "." .. entry.key
    elseif not entry.owner or (info.namewhat == "global" and info.name == entry.key) then
        return entry.key
    elseif entry.method then
        return (class and M.noun(class) or entry.owner) .. ":" .. entry.key
    end
    return entry.owner .. "." .. entry.key
end

--- Every class of the modules that are loaded, with the table of its methods.
---@return { name: string, class: table, methods: table }[]
function M.classes()
    build()
    return classes
end

return M
