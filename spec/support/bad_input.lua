--- Calls every public function with what it cannot mean, and judges the answers by the entries of lua/moonherd/meta.
--
--     local bad_input = require "spec.support.bad_input"
--     bad_input.describe("timers")         -- a busted describe, one case per function
--
-- Each parameter, and each field of an options table, in turn gets every value of bad_values while all else is valid. A
-- value that the declared type (and range) does not admit must raise an error of ours: a table with `name`, `code`,
-- `message`, `stack`, `at` in the calling file, `call` that names the function, and a message that names the argument
-- and is short whatever it was given. A value that it admits may do anything but crash or raise what is no error of
-- ours. Besides: no argument at all, a dot for a colon, objects that are closed; what a good call returns is of the
-- declared types, and so are the fields of objects.
--
-- What cannot be derived stands in spec/support/bad_input/MODULE.lua, which returns a table (all of it optional):
--
--     receivers  = { ["moonherd.Timeout"] = { open = function() ... end, closed = function() ... end } }
--                  objects to call methods on, a new one each time; for parameters of that class too
--     valid      = { ["timers.setTimeout"] = function() return { callback, 10 } end }
--                  good arguments ("moonherd.Timeout:ref" for methods). Unless given they are made from the types:
--                  nil where that is allowed, otherwise the first alternative. "net.connect/2" is its second form
--     objects    = { ["moonherd.Server:listen"] = function() ... end }
--                  what a method is called on, where it is no receiver as all others are
--     options    = { ["moonherd.json.EncodeOptions"] = function() return { ... } end }
--                  fields that an options table cannot do without
--     dangerous  = { ["process.abort"] = true }
--                  never called with arguments that are all admitted
--     rethrows   = { ["moonherd.AbortSignal:throwIfAborted"] = true }
--                  raises what the user has given, whatever that is
--     named      = { ["timers.setTimeout"] = { callback = "listener" } }
--                  what messages call an argument, where Node's words have another name for it; a list where it
--                  depends on the value
--     dispose    = function(...) end
--                  gets what each call returned; unless given, objects are destroyed, closed or killed

local answers = require("spec.support.bad_answers")
local assert = require("luassert")
local calls = require("moonherd.calls")
local api = require("scripts.api.entries")
local program = require("scripts.api.program")
local types = require("scripts.api.types")
local values = require("spec.support.bad_values")
local wait = require("spec.support.wait")

local entries = api.load()
local call, dispose, fault = answers.call, answers.dispose, answers.fault

local M = {}

local function nothing() end

local Run = {} -- one module's cases
Run.__index = Run

--- What the fixtures say of a case: by its full name, or of where its class has the method from.
function Run:of_case(key, case)
    local from = case.from and case.from .. (case.form and "/" .. case.form or "")
    return self[key][case.full] or (from and self[key][from])
end

--- Good arguments, of the fixture or made from the types.
function Run:valid_args(case)
    local make = self:of_case("valid", case)
    if make then
        local args = make()
        args.n = args.n or math.max(#args, #case.entry.params)
        return args
    end
    local args = { n = 0 }
    for i, param in ipairs(case.entry.params) do
        if param.name ~= "..." then
            args[i] = values.good(param, entries.classes, self.receivers, self.options)
            args.n = i
        end
    end
    return args
end

-- Judging -----------------------------------------------------------------------------------------------------

--- Whether the entry admits the value, its range included.
local function admits(place, value)
    if not types.admits(place.type, value, entries.classes) then
        return false
    elseif type(value) == "number" and place.range then
        -- A literal or a type beside the number may admit it still, but no type of ours is such.
        return value >= place.range.lo and value <= place.range.hi
    end
    return true
end

function Run:judge(case, place, name, value, ok, ...)
    if ok then
        self.dispose(...)
        if not admits(place, value) and not place.coerced then
            self:refuse(place, name, "accepted in silence")
        end
        return
    end
    local err = ...
    local admitted = admits(place, value) or place.coerced
    local argument = not admitted and (self:of_case("named", case) or {})[place.path] or place.name
    local wrong = fault(err, case, not admitted and argument or nil)
    if wrong then
        self:refuse(place, name, wrong)
    end
end

--- Complains of a value at a place; values with the same fault stand in one line.
function Run:refuse(place, name, wrong)
    local line = self.lines[place.path .. wrong]
    if line then
        self.complaints[line] = self.complaints[line] .. ", " .. name
        return
    end
    self:complain("%s: %s for %s", place.path, wrong, name)
    self.lines[place.path .. wrong] = #self.complaints
end

function Run:complain(text, ...)
    self.complaints[#self.complaints + 1] = text:format(...)
end

-- Cases -------------------------------------------------------------------------------------------------------

--- All places of a call where a value may stand: its parameters, and the fields of its options.
function Run:places(entry)
    local places = {}
    local function add(value, path, set)
        places[#places + 1] = {
            name = value.name, path = path, type = value.admits or value.type, range = value.range,
            coerced = value.coerced, set = set,
        }
        for _, alternative in ipairs(value.type) do
            local class = entries.classes[alternative.name or ""]
            for _, field in ipairs(class and class.record and #path < 64 and api.fields(entries, class) or {}) do
                add(field, path .. "." .. field.name, function(args, item)
                    local make = self.options[class.name]
                    local record = make and make() or {}
                    record[field.name] = item
                    set(args, record)
                end)
            end
        end
    end
    for i, param in ipairs(entry.params) do
        if param.name ~= "..." then
            add(param, param.name, function(args, item)
                args[i] = item
                args.n = math.max(args.n, i)
            end)
        end
    end
    return places
end

--- The forms that a function takes its arguments in, each as a case of its own. What is wrong for one of them may be
--- another.
local function forms_of(case)
    local forms = {}
    for i, params in ipairs(case.entry.forms or {}) do
        local admitting = {}
        for at, param in ipairs(params) do
            local union = { unpack(param.type) }
            for _, other in ipairs(case.entry.forms) do
                for _, alternative in ipairs(other[at] and other[at].type or {}) do
                    union[#union + 1] = alternative
                end
            end
            admitting[at] = { name = param.name, type = param.type, admits = union }
        end
        forms[i] = setmetatable({
            full = ("%s/%d"):format(case.full, i), form = i, entry = { params = admitting },
        }, { __index = case })
    end
    return forms
end

--- Every value at every place, in every form.
function Run:try_values(case)
    for _, form in ipairs(forms_of(case)) do
        self:try_values(form)
    end
    for _, place in ipairs(self:places(case.entry)) do
        for name, value in values.each() do
            if not (self.dangerous[case.full] and (admits(place, value) or place.coerced)) then
                local args = self:valid_args(case)
                place.set(args, value)
                local object = case.object()
                self:judge(case, place, name, value, call(case.how, object, case.name, args))
                case.done(object)
            end
        end
    end
end

function Run:try_nothing(case)
    local required = false
    for _, param in ipairs(case.entry.params) do
        required = required or not (types.has(param.type, "nil", "any") or param.coerced or param.name == "...")
    end
    if not required and self.dangerous[case.full] then
        return
    end
    local object = case.object()
    local ok, err = call(case.how, object, case.name, { n = 0 })
    case.done(object)
    if ok then
        self.dispose(err)
    end
    local wrong = ok and required and "accepted in silence" or not ok and fault(err, case)
    if wrong then
        self:complain("no argument: %s", wrong)
    end
end

--- A good call returns what the entry says. A wrong entry would let wrong input pass as well.
function Run:try_good(case)
    if self.dangerous[case.full] then
        return
    end
    local object = case.object()
    local results = { call(case.how, object, case.name, self:valid_args(case)) }
    if not results[1] then
        local wrong = fault(results[2], case)
        if wrong then
            self:complain("good arguments: %s", wrong)
        end
    else
        for i, result in ipairs(case.entry.returns) do
            local is_self = result.written ~= "self" or rawequal(results[i + 1], object)
            if not is_self or not types.admits(result.type, results[i + 1], entries.classes) then
                self:complain("good arguments: result %d is a %s, the entry says %s", i, type(results[i + 1]),
                    result.written)
            end
        end
        self.dispose(unpack(results, 2, table.maxn(results)))
    end
    case.done(object)
end

--- A method called with a dot: what stands where the object belongs is its first argument, or nothing.
function Run:try_dot(case)
    for _, wrong_self in ipairs({ { "nothing" }, { "a number", 5 }, { "a string", "text" }, { "a table", {} } }) do
        local args = self:valid_args(case)
        local object = case.object()
        local ok, err = call("dot", object, case.name, { n = args.n + 1, wrong_self[2], unpack(args, 1, args.n) })
        local wrong = ok and "accepted in silence" or fault(err, case)
        if wrong then
            self:complain("a dot for the colon, %s for the object: %s", wrong_self[1], wrong)
        end
        case.done(object)
    end
end

function Run:try_closed(case, receiver)
    if not receiver.closed or self.dangerous[case.full] or self.rethrows[case.full] then
        return
    end
    local object = receiver.closed()
    if type(object.on) == "function" then
        object:on("error", nothing)
    end
    local ok, err = call("colon", object, case.name, self:valid_args(case))
    if ok then
        self.dispose(err)
    end
    local wrong = not ok and fault(err, case)
    if wrong then
        self:complain("a closed object: %s", wrong)
    end
end

function Run:report(case)
    -- What was put off by the calls happens now; an error in it is raised here.
    wait.turn()
    local text = table.concat(self.complaints, "\n  ")
    local count = #self.complaints
    self.complaints, self.lines = {}, {}
    assert(count == 0, ("%s(...), described at %s:%d:\n  %s"):format(
        case.call, case.entry.file, case.entry.line, text))
end

--- The cases: what is called, how, on what. Something that has several names may be told by that of its entry.
function Run:module_case(module, name, entry)
    local globals = module.name == "globals"
    local full = globals and name or module.name .. "." .. name
    local object = program.module(module.name)
    return {
        name = name, full = full, call = full, entry = entry, how = globals and "global" or "dot",
        same_as = { module.name .. "." .. entry.name },
        object = function() return object end, done = nothing,
    }
end

local function call_name(class, name)
    return calls.noun(class.name:match("[^.]+$")) .. ":" .. name
end

--- A method that several classes have from another may be told by any of them or that one, an alias by what it stands
--- for.
local function shared_names(class, owner, name, entry)
    local names = { call_name(class, entry.name), call_name(owner, name), "stream:" .. name }
    local function add_parents_of(child)
        for _, parent in ipairs(child.parents) do
            names[#names + 1] = call_name({ name = parent }, name)
            if entries.classes[parent] then
                add_parents_of(entries.classes[parent])
            end
        end
    end
    add_parents_of(class)
    for _, other in pairs(entries.classes) do
        for _, parent in ipairs(other.parents) do
            names[#names + 1] = parent == owner.name and call_name(other, name) or nil
        end
    end
    return names
end

function Run:class_case(class, name, entry, receiver, owner)
    local full = ("%s%s%s"):format(class.name, entry.method and ":" or ".", name)
    local short = class.name:match("[^.]+$")
    local from = owner.name .. ":" .. name
    local object = self.objects[full] or self.objects[from] or receiver.open
    return {
        name = name, full = full, entry = entry, how = entry.method and "colon" or "dot",
        call = entry.method and calls.noun(short) .. ":" .. name or short .. "." .. name,
        from = from,
        same_as = shared_names(class, owner, name, entry),
        object = entry.method and object or function() return program.class(class).facade end,
        done = entry.method and (receiver.dispose or dispose) or nothing,
    }
end

--- Fields that are no nil are there, and of their types.
function Run:try_fields(class, receiver)
    local object = receiver.open()
    for _, field in ipairs(api.fields(entries, class)) do
        local value = object[field.name]
        if not types.admits(field.type, value, entries.classes) then
            self:complain("%s is a %s, the entry says %s", field.name, type(value), field.written)
        end
    end
    (receiver.dispose or dispose)(object)
end

-- The describe ------------------------------------------------------------------------------------------------

-- The fixtures of all modules: a parameter may want an object of another's, and what a class extends may be there.
local fixtures = {}
for _, key in ipairs({ "receivers", "valid", "objects", "options", "dangerous", "rethrows", "named" }) do
    fixtures[key] = {}
    for _, name in ipairs(entries.order) do
        for full, value in pairs(require("spec.support.bad_input." .. name)[key] or {}) do
            fixtures[key][full] = value
        end
    end
end

local function new_run(name)
    local run = { complaints = {}, lines = {} }
    for key, value in pairs(fixtures) do
        run[key] = value
    end
    run.dispose = require("spec.support.bad_input." .. name).dispose or dispose
    return setmetatable(run, Run)
end

--- The functions of a class, those behind that it has from others, each with whose it is.
local function methods_of(class)
    local methods = {}
    for _, key in ipairs(class.order) do
        methods[#methods + 1] = { key, class }
    end
    local inherited = api.inherited(entries, class)
    local keys = {}
    for key in pairs(inherited) do
        keys[#keys + 1] = not class.functions[key] and key or nil
    end
    table.sort(keys)
    for _, key in ipairs(keys) do
        methods[#methods + 1] = { key, inherited[key] }
    end
    return methods
end

--- One describe for a module, with a case for each of its functions and of its classes' methods.
---@param name string
function M.describe(name)
    local bdd = getfenv(2)
    local module = entries.modules[name] or error("lua/moonherd/meta has no " .. name .. ".lua", 2)
    local run = new_run(name)
    bdd.describe("bad input of " .. name, function()
        for _, key in ipairs(module.order) do
            local entry = api.resolve(entries, module, module.functions[key])
            bdd.it("to " .. key, function()
                local case = run:module_case(module, key, entry)
                run:try_good(case)
                run:try_nothing(case)
                run:try_values(case)
                run:report(case)
            end)
        end
        for _, class in ipairs(module.classes) do
            local receiver = run.receivers[class.name]
            if class ~= module.body and not class.record and (receiver or program.class(class)) then
                bdd.it("to objects of " .. class.name, function()
                    local missing = "spec/support/bad_input/%s.lua has no receiver of %s"
                    assert(receiver, missing:format(name, class.name))
                    run:try_fields(class, receiver)
                    run:report({ call = class.name, entry = class })
                end)
            end
            local methods = receiver and class ~= module.body and methods_of(class) or {}
            for _, method in ipairs(methods) do
                local key, owner = unpack(method)
                local entry = api.resolve(entries, owner, owner.functions[key])
                bdd.it(("to %s of %s"):format(key, class.name), function()
                    local case = run:class_case(class, key, entry, receiver, owner)
                    run:try_good(case)
                    run:try_nothing(case)
                    run:try_values(case)
                    if entry.method then
                        run:try_dot(case)
                        run:try_closed(case, receiver)
                    end
                    run:report(case)
                end)
            end
        end
    end)
end

--- The modules that are described.
---@return string[]
function M.modules()
    return entries.order
end

return M
