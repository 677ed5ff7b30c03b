--- Reads the entries of lua/moonherd/meta, whose form is in its README.md.
--
--     local entries = require("scripts.api.entries").load()
--     entries.modules.json.functions.encode.params[1].name      --> "value"
--     entries.classes["moonherd.Timeout"].functions.refresh
--     entries.problems                                          --> { "lua/moonherd/meta/x.lua:12: ...", ... }
--
-- A module and a class are alike: `name`, `file`, `line`, `doc`, `fields`, `events`, `functions` (by name), `order`
-- (their names as they stand), `parents`, `source`; a class that is a `record` is a table of options or results. A
-- function: `params`, `forms` (other lists of parameters that it takes), `returns`, `doc`, `raises`, `source`,
-- `method`, or `alias` (the name of the function that it is).

local types = require("scripts.api.types")

local M = {}

local FOLDER = "lua/moonherd/meta"
local MAX_COLUMNS = 120

-- Lines -------------------------------------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

function Reader:complain(text, ...)
    table.insert(self.problems, ("%s:%d: "):format(self.file, self.line) .. text:format(...))
end

--- Takes "Raises:" paragraphs and the source out of a text; the rest is prose.
local function split_text(lines)
    local doc, raises, source = {}, {}, nil
    local paragraph = nil -- what the lines of the current one are added to
    for _, line in ipairs(lines) do
        local raised = line:match("^Raises:%s*(.*)")
        local page = line:match("^Node:%s*(%S+)$")
        if raised then
            paragraph = { raised }
            raises[#raises + 1] = paragraph
        elseif page or line == "moonherd only" then
            source, paragraph = page or "moonherd only", nil
        elseif line == "" then
            paragraph = nil
            doc[#doc + 1] = ""
        elseif paragraph then
            paragraph[#paragraph + 1] = line
        else
            doc[#doc + 1] = line
        end
    end
    for i, each in ipairs(raises) do
        raises[i] = table.concat(each, " ")
    end
    local text = table.concat(doc, "\n"):gsub("^\n+", ""):gsub("\n\n\n+", "\n\n"):gsub("%s+$", "")
    return text, raises, source
end

--- "1..65535", "0..", "any number" in a description: the bounds of a number. Nil if there are none.
local function range_of(text)
    if text:find("any number", 1, true) then
        return { lo = -math.huge, hi = math.huge }
    end
    local function number(word)
        local base, power = word:match("^(%-?%d+)%^(%d+)$")
        return base and tonumber(base) ^ tonumber(power) or tonumber(word)
    end
    local lo, hi = text:match("%f[%-%d.](%-?[%d^]*)%.%.(%-?[%d^]*)%f[^%d^.]")
    lo, hi = number(lo or ""), number(hi or "")
    return (lo or hi) and { lo = lo or -math.huge, hi = hi or math.huge } or nil
end

--- A parameter or field: "name? type description".
function Reader:value(text, before)
    local name, optional, rest = text:match("^([%a_.][%w_.]*)(%??)%s+(.*)")
    if not name then
        self:complain("'%s' is not 'name type description'", text)
        return { name = text, type = {}, written = "?", doc = "" }
    end
    local ok, union, written, doc = pcall(types.parse, rest)
    if not ok then
        self:complain("%s", union)
        union, written, doc = {}, rest, ""
    end
    if optional == "?" then
        table.insert(union, { kind = "name", name = "nil" })
    end
    doc = table.concat(before, " ") .. (#before > 0 and doc ~= "" and " " or "") .. doc
    return {
        name = name, type = union, written = written, doc = doc, line = self.line,
        range = types.has(union, "number", "integer") and range_of(doc) or nil,
        coerced = doc:find("Coerced:", 1, true) ~= nil,
    }
end

local EVENT = '^on%s+fun%(.-event:%s*"([^"]+)",%s*listener:%s*fun(%b())'

--- The tags of a block of comment lines, each with the text lines before it; its first text is the block's own.
function Reader:block(lines, first_line)
    local block = { text = {}, fields = {}, events = {}, params = {}, returns = {}, forms = {} }
    local text = block.text
    for i, line in ipairs(lines) do
        self.line = first_line + i - 1
        local tag, rest
        if line then
            tag, rest = line:match("^@(%w+)%s*(.*)")
        end
        -- What follows the dashes without a space goes on with the tag before it.
        local behind = i + 1
        while tag and lines[behind] and lines[behind]:find("^[^%s@]") do
            rest = rest .. " " .. lines[behind]
            lines[behind] = false
            behind = behind + 1
        end
        if line and not tag then
            text[#text + 1] = line:gsub("^ ", "")
        elseif tag then
            local before = text ~= block.text and text or {}
            text = {}
            if tag == "class" then
                block.class, block.extends = rest:match("^([%w_.]+)%s*:?%s*(.*)")
                block.class_line = self.line
            elseif tag == "field" and rest:find(EVENT) then
                local name, args = rest:match(EVENT)
                local doc = table.concat(before, " ")
                block.events[#block.events + 1] = { name = name, args = args, doc = doc, line = self.line }
                if doc == "" then
                    self:complain('the event "%s" has no text above it', name)
                end
            elseif tag == "field" then
                block.fields[#block.fields + 1] = self:value(rest, before)
            elseif tag == "param" then
                block.params[#block.params + 1] = self:value(rest, before)
            elseif tag == "return" then
                local ok, union, written, doc = pcall(types.parse, rest)
                if ok then
                    block.returns[#block.returns + 1] = { type = union, written = written, doc = doc }
                else
                    self:complain("%s", union)
                end
            elseif tag == "overload" then
                local ok, params = pcall(types.parameters, rest)
                if ok then
                    block.forms[#block.forms + 1] = params
                else
                    self:complain("%s", params)
                end
            elseif tag ~= "meta" and tag ~= "type" and tag ~= "nodiscard" and tag ~= "alias" then
                self:complain("@%s is no tag of ours (see %s/README.md)", tag, FOLDER)
            end
        end
    end
    return block
end

-- Entries -----------------------------------------------------------------------------------------------------

--- Text of the file's head and of a class's own, without the comment marks.
local function container(name, file, line)
    return {
        name = name, file = file, line = line, functions = {}, order = {}, fields = {}, events = {}, exports = {},
    }
end

function Reader:class(block)
    local class = container(block.class, self.file, block.class_line)
    class.module, class.parents = self.module.name, {}
    for parent in block.extends:gmatch("[%w_.]+") do
        table.insert(class.parents, parent)
    end
    class.fields, class.events = block.fields, block.events
    class.doc, class.raises, class.source = split_text(block.text)
    if self.entries.classes[class.name] then
        self:complain("%s is described twice", class.name)
    end
    self.entries.classes[class.name] = class
    table.insert(self.module.classes, class)
    return class
end

function Reader:add(owner, entry)
    if owner.functions[entry.name] then
        self:complain("%s is described twice", entry.name)
    end
    owner.functions[entry.name] = entry
    table.insert(owner.order, entry.name)
end

function Reader:func(block, owner_name, colon, name, args)
    local owner = self.locals[owner_name] or (owner_name == "" and self.module)
    if not owner then
        self:complain("'%s' is neither a class nor the module", owner_name)
        return
    end
    local entry = {
        name = name, method = colon == ":", params = block.params, returns = block.returns,
        file = self.file, line = self.line, forms = block.forms,
    }
    entry.doc, entry.raises, entry.source = split_text(block.text)
    local described = {}
    for i, param in ipairs(block.params) do
        described[i] = param.name
    end
    if table.concat(described, ", ") ~= args then
        self:complain("%s has the parameters (%s), but @param for (%s)", name, args, table.concat(described, ", "))
    end
    self:add(owner, entry)
end

--- A line of code, with the block of comment lines that stands directly above it.
function Reader:code(line, block)
    local name = line:match("^local ([%w_]+) = {}$") or line:match("^([%w_]+) = {}$")
    if name then
        if block.class then
            self.locals[name] = self:class(block)
        else
            self:complain("'%s' has no ---@class above it", name)
        end
        return
    end
    local owner, colon, func, args = line:match("^function ([%w_]*)([.:]?)([%w_]+)%((.-)%) end$")
    if func and colon == "" then
        owner, func = "", owner .. func
    end
    if func then
        return self:func(block, owner, colon, func, args)
    end
    local left, right = line:match("^([%w_.]+) = ([%w_.]+)$")
    if right then
        local container_name, key = left:match("^([%w_]+)%.([%w_]+)$")
        key = key or left
        local target = self.locals[container_name] or self.module
        local _, _, source = split_text(block.text)
        if self.locals[right] then
            target.exports[key] = self.locals[right] -- a class that is a field of the module
        else
            local alias = { name = key, alias = right, file = self.file, line = self.line, source = source }
            alias.doc = split_text(block.text)
            self:add(target, alias)
        end
        return
    end
    local required = line:match("^([%w_]+) = require")
    local returned = line:match("^return ([%w_]+)$")
    if required then
        self.module.exports[required] = true -- a global that is a module
    elseif returned and self.locals[returned] then
        self.module.body = self.locals[returned]
    elseif not returned and not line:find("^local [%w_]+ = require") then
        self:complain("this line is none of an entry: %s", line)
    end
end

function Reader:read()
    local lines, first = {}, 1
    local number = 0
    for line in io.lines(self.file) do
        number = number + 1
        self.line = number
        -- A page's address is as long as it is, and LuaLS wants an event on one line.
        local is_one = line:find("^%-%-%- Node: %S+$") or line:find("^%-%-%-@%a+ %a* ?fun%(")
        if #line > MAX_COLUMNS and not is_one then
            self:complain("the line has %d columns, %d are the most", #line, MAX_COLUMNS)
        end
        local comment = line:match("^%-%-%-(.*)")
        if comment then
            first = #lines == 0 and number or first
            lines[#lines + 1] = comment
        else
            local block = self:block(lines, first)
            self.line = number
            if line ~= "" and not line:find("^%-%-") then
                self:code(line, block)
            elseif block.class == "moonherd." .. self.module.name then
                self.module.body = self:class(block) -- the globals stand in no table
            elseif block.class then
                self:class(block) -- options and records: nothing of the program stands for them
            end
            lines = {}
        end
    end
end

--- All fields of a class, those first that it has from the classes it extends.
---@param entries table
---@param class table
---@return table[]
function M.fields(entries, class)
    local fields = {}
    for _, parent in ipairs(class.parents or {}) do
        for _, field in ipairs(entries.classes[parent] and M.fields(entries, entries.classes[parent]) or {}) do
            fields[#fields + 1] = field
        end
    end
    for _, field in ipairs(class.fields) do
        fields[#fields + 1] = field
    end
    return fields
end

--- The functions that a class has from those it extends, by name, each with the class whose it is. What every emitter
--- has is not among them.
---@param entries table
---@param class table
---@param found table<string, table>?
---@return table<string, table>
function M.inherited(entries, class, found)
    found = found or {}
    for _, parent in ipairs(class.parents or {}) do
        local extended = entries.classes[parent]
        if extended and parent ~= "moonherd.EventEmitter" then
            for name in pairs(extended.functions) do
                found[name] = found[name] or extended
            end
            M.inherited(entries, extended, found)
        end
    end
    return found
end

--- The entry that a function's is an alias of, and itself otherwise.
---@param entries table
---@param owner table
---@param entry table
---@return table
function M.resolve(entries, owner, entry)
    if not entry.alias then
        return entry
    end
    local name = entry.alias:match("([%w_]+)$")
    local from = entries.modules[entry.alias:match("^([%w_]+)%.") or ""] or owner
    local target = owner.functions[name] ~= entry and owner.functions[name] or from.functions[name]
    return target and M.resolve(entries, from, target) or entry
end

--- Reads every file of the folder. What is wrong with their form stands in `problems`.
---@param files string[] paths
---@return { modules: table, classes: table, problems: string[], order: string[] }
function M.read(files)
    local entries = { modules = {}, classes = {}, problems = {}, order = {} }
    for _, file in ipairs(files) do
        local name = file:match("([%w_]+)%.lua$")
        local module = { name = name, classes = {} }
        local reader = setmetatable({
            file = file, line = 0, problems = entries.problems, entries = entries, module = module, locals = {},
        }, Reader)
        -- Functions that stand in no table are the globals.
        for key, value in pairs(container(name, file, 1)) do
            module[key] = value
        end
        reader:read()
        local body = module.body
        if body and next(body.functions) == nil then
            module.doc, module.source, module.line = body.doc, body.source, body.line
        elseif body then
            for _, key in ipairs({ "functions", "order", "fields", "events", "exports", "doc", "source", "line",
                "parents" }) do
                module[key] = body[key]
            end
        end
        for _, class in ipairs(module.classes) do
            class.record = not (class.source or next(class.functions))
        end
        entries.modules[name] = module
        table.insert(entries.order, name)
    end
    return entries
end

--- All files of lua/moonherd/meta, or of another folder, read from the project's folder.
---@param folder string?
function M.load(folder)
    local files = {}
    local pipe = assert(io.popen(("ls %s/*.lua"):format(folder or FOLDER)))
    for file in pipe:lines() do
        files[#files + 1] = file
    end
    pipe:close()
    return M.read(files)
end

return M
