--- What the program really has: the public functions of its modules and classes, as the entries name them.
--
--     local program = require "scripts.api.program"
--     program.module("net")                            --> the module's table
--     program.class(entry)                             --> the table that holds the class's methods
--     program.parameters(fn)                           --> { "options", "callback" }, whether there may be more
--     program.public(container)                        --> { connect = function, Socket = function, ... }
--
-- Wants moonherd.core, of the build that is looked at, in package.cpath.

local absent = require("moonherd.absent")
local calls = require("moonherd.calls")
local channel = require("moonherd.channel")
local events = require("moonherd.events")

local getinfo, getlocal = debug.getinfo, debug.getlocal

local M = {}

--- Modules that have no name for `require`: what a script finds without asking, the way in for a plain luajit, and what
--- the streams of several modules have in common.
local SPECIAL = { globals = true, moonherd = true, stream = true }

--- The names that users require, and the special ones.
---@return string[]
function M.modules()
    local names = {}
    for name in pairs(require("moonherd.globals").short_names) do
        names[#names + 1] = name
    end
    for name in pairs(SPECIAL) do
        names[#names + 1] = name
    end
    table.sort(names)
    return names
end

--- What a module exports. Of the globals: what the globals' module sets.
---@param name string
---@return table
function M.module(name)
    if name == "globals" then
        return require("moonherd.globals").values()
    elseif name == "stream" then
        return {}
    end
    local module = require(name == "moonherd" and name or "moonherd." .. name)
    for short_name in pairs(name == "moonherd" and require("moonherd.globals").short_names or {}) do
        local _ = module[short_name] -- its fields come when they are asked for
    end
    return module
end

local function call_of(value)
    local mt = type(value) == "table" and getmetatable(value)
    return type(mt) == "table" and type(mt.__call) == "function" and mt.__call or nil
end

--- Whether it is what a singleton has from being an emitter.
local function is_emitters(key, fn)
    local method = events.EventEmitter[key]
    return method ~= nil and type(fn) == "function" and calls.behind(fn) == method
end

--- The public functions of a table, classes that are called among them, and its other public keys. Not what a singleton
--- has from being an emitter, which is described once.
---@param container table
---@return table<string, function> functions
---@return table<string, any> others
function M.public(container)
    local functions, others = {}, {}
    for key, value in next, container do
        if calls.is_public(key) and not is_emitters(key, value) then
            if absent.is(value) then
                others[key] = nil -- Node's, which only says what to use instead
            elseif type(value) == "function" or call_of(value) then
                functions[key] = value
            else
                others[key] = value
            end
        end
    end
    return functions, others
end

--- The names of a function's parameters, `...` among them. What takes dot and colon calls alike is looked through.
---@param fn function|table
---@param is_method boolean
---@return string[]? names nil where it cannot be known: of C functions, and of what takes anything
function M.parameters(fn, is_method)
    local skip = is_method and 1 or 0
    if type(fn) == "table" then
        fn, skip = call_of(fn), 1
    end
    local inner = calls.behind(fn)
    if inner then
        fn, skip = inner, 1
    end
    local info = getinfo(fn, "Su")
    if info.what == "C" or (info.isvararg and info.nparams <= skip) then
        return nil
    end
    local names = {}
    for i = skip + 1, info.nparams do
        names[#names + 1] = getlocal(fn, i)
    end
    if info.isvararg then
        names[#names + 1] = "..."
    end
    return names
end

-- Classes -----------------------------------------------------------------------------------------------------

--- The files of which the functions of a class are, "moonherd/net/socket.lua".
local function files_of(class)
    local files = {}
    for _, fn in pairs(class.functions) do
        local source = getinfo(fn, "S").source:match("moonherd/.*")
        if source then
            files[source] = true
        end
    end
    return files
end

local function belongs_to(class, module)
    for file in pairs(files_of(class)) do
        if file:find("^moonherd/" .. module .. "[./]") then
            return true
        end
    end
    return false
end

--- A class of the program for the entry of one: `name`, `functions` (those that it has by itself). Those of the same
--- name are told apart by their modules' folders.
---@param entry table
---@return table?
function M.class(entry)
    local short = entry.name:match("[^.]+$")
    local found = {}
    for _, class in ipairs(M.classes()) do
        if class.name == short then
            found[#found + 1] = class
        end
    end
    if #found > 1 then
        for _, class in ipairs(found) do
            if belongs_to(class, entry.module) then
                return class
            end
        end
    end
    return found[1]
end

local classes

--- What modules export of a class: a table that is called, with functions that need no object.
local function facade_of(class)
    for _, name in ipairs(M.modules()) do
        for _, value in next, M.module(name) do
            local mt = type(value) == "table" and value ~= class and getmetatable(value)
            if type(mt) == "table" and mt.__call and mt.__index == class then
                return value
            end
        end
    end
    return nil
end

--- All classes of the program; `facade` is the table that users call, if it is not the class itself.
---@return { name: string, functions: table<string, function>, module: string?, facade: table? }[]
function M.classes()
    if classes then
        return classes
    end
    M.module("moonherd") -- loads them all
    M.module("globals")
    classes = {}
    for _, class in ipairs(calls.classes()) do
        local own = {}
        for key, fn in pairs(M.public(class.methods)) do
            -- What every emitter has is described once, also where a class does more in it.
            if class.methods == events.EventEmitter or not events.EventEmitter[key] then
                own[key] = fn
            end
        end
        -- Those that were started with a channel have these.
        for key, fn in pairs(class.name == "ChildProcess" and channel.METHODS or {}) do
            own[key] = fn
        end
        local facade = facade_of(class.class)
        for key, fn in pairs(facade and M.public(facade) or {}) do
            own[key] = fn
        end
        local found = { name = class.name, functions = own, facade = facade }
        for file in pairs(files_of(found)) do
            found.module = file:match("^moonherd/([%w_]+)")
        end
        classes[#classes + 1] = found
    end
    return classes
end

return M
