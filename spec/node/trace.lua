--- What a case prints, in a form that both languages share; trace.js is the same for Node.
--
--     local t = require "trace"
--     t("label", value, ...)                            -- one line of the trace
--     t.on(child, "child", { "spawn", "exit" })         -- a line for each event, with its arguments
--     t.throws("label", function() spawn(5) end)        -- what it raises
--     t.mask("PID", child.pid)                          -- the runner writes <PID> for it, wherever it stands
--     t.role("worker 1")                                -- lines of this process stand together under that name
--     t.ask(port, request, function(text) ... end)      -- all a server says to that, to its end; dates taken out

local file = assert(io.open(os.getenv("TRACE_FILE"), "ab"))
local role = "main"

local FIELDS = { "errno", "syscall", "path", "dest", "spawnargs", "cmd", "killed", "signal", "address", "port" }
local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

local show

local function quote(text)
    return '"' .. text:gsub('[%c"\\]', function(c)
        return ESCAPES[c] or ("\\u%04x"):format(c:byte())
    end) .. '"'
end

local function show_error(err)
    local parts = { ("%s [%s] %s"):format(err.name, err.code or "", show(err.message)) }
    for _, field in ipairs(FIELDS) do
        if err[field] ~= nil then
            parts[#parts + 1] = field .. "=" .. show(err[field])
        end
    end
    return "<" .. table.concat(parts, " ") .. ">"
end

local function show_table(value)
    local parts = {}
    if #value > 0 then
        for i = 1, #value do
            parts[i] = show(value[i])
        end
        return "[" .. table.concat(parts, ", ") .. "]"
    end
    local keys = {}
    for key in pairs(value) do
        keys[#keys + 1] = key
    end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    for i, key in ipairs(keys) do
        parts[i] = tostring(key) .. ": " .. show(value[key])
    end
    return "{" .. table.concat(parts, ", ") .. "}"
end

show = function(value)
    local kind = type(value)
    local mt = getmetatable(value)
    if kind == "string" then
        return quote(value)
    elseif value == math.huge or value == -math.huge then
        return value > 0 and "Infinity" or "-Infinity"
    elseif kind == "number" then
        return math.abs(value) < 2 ^ 53 and value == math.floor(value) and ("%d"):format(value)
            or ("%.15g"):format(value)
    elseif kind == "function" then
        return "<function>"
    elseif kind == "userdata" then
        return "nil" -- JSON's null
    elseif kind == "table" and mt and type(rawget(value, "message")) == "string" and rawget(value, "name") then
        return show_error(value)
    elseif kind == "table" and mt then
        return "<object>"
    elseif kind == "table" then
        return show_table(value)
    end
    return tostring(value)
end

local function write(line)
    file:write(role, "| ", line, "\n")
    file:flush()
end

local t = {}

function t.role(name)
    role = name
end

function t.mask(kind, value)
    write(("#mask %s %s"):format(kind, type(value) == "number" and ("%d"):format(value) or value))
end

function t.on(emitter, label, names)
    for _, name in ipairs(names) do
        emitter:on(name, function(...)
            t(label .. " " .. name, ...)
        end)
    end
end

function t.throws(label, fn)
    local ok, err = pcall(fn)
    if ok then
        t(label, "nothing raised")
    else
        t(label, err)
    end
end

function t.ask(port, request, done)
    local socket
    socket = require("net").connect({ port = port, host = "127.0.0.1", allowHalfOpen = true }, function()
        socket:write(request)
    end)
    local text = ""
    socket:on("data", function(data) text = text .. data end)
    socket:on("end", function() socket:end_() end)
    socket:on("error", function() end)
    socket:on("close", function() done((text:gsub("Date: [^\r]*", "Date: <date>"))) end)
end

return setmetatable(t, {
    __call = function(_, label, ...)
        local parts = { label }
        local count = select("#", ...)
        while count > 0 and show((select(count, ...))) == "nil" do
            count = count - 1
        end
        for i = 1, count do
            parts[#parts + 1] = show((select(i, ...)))
        end
        write(table.concat(parts, " "))
    end,
})
