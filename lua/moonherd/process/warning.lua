--- process.emitWarning: a line on stderr and the event "warning". Adds its part to `process`.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local tick = require("moonherd.tick")

local M = {}

local process -- set by install

local function announce(warning)
    if not process.noWarnings then
        local code = warning.code and ("[%s] "):format(warning.code) or ""
        local text = ("(moonherd:%d) %s%s: %s\n"):format(core.pid(), code, warning.name, warning.message)
        if warning.detail then
            text = text .. warning.detail .. "\n"
        end
        core.write(2, text)
    end
    process.emit("warning", warning)
end

--- Warns of something that is no error yet. Printed and emitted when the running callback has ended.
---@param warning string|table a text, or an error made already
---@param type_ (string|table)? the name, "Warning" unless given; or { type =, code =, detail = }
---@param code string?
local function emit_warning(_, warning, type_, code)
    local kind, detail = type_, nil
    if type(kind) == "table" then
        kind, code, detail = kind.type, kind.code, kind.detail
    end
    check.opt(check.string, kind, "type")
    check.opt(check.string, code, "code")
    check.opt(check.string, detail, "detail")
    if type(warning) == "string" then
        warning = errors.new(kind or "Warning", code, warning)
        warning.detail = detail
    elseif not errors.is(warning) then
        error(errors.arg_type("warning", { "string", "error" }, warning), 0)
    end
    if warning.name == "DeprecationWarning" then
        if process.noDeprecation then
            return
        elseif process.throwDeprecation then
            tick.add(error, warning, 0)
            return
        end
    end
    tick.add(announce, warning)
end

---@param target table process
---@param method fun(name: string, fn: function)
function M.install(target, method)
    process = target
    process.noDeprecation = false
    process.throwDeprecation = false
    process.noWarnings = core.getenv("NODE_NO_WARNINGS") == "1"
    method("emitWarning", emit_warning)
end

return M
