--- Interim answers (1xx), which go before the answer itself: methods of ServerResponse.
--
--     res:writeEarlyHints({ link = "</style.css>; rel=preload" })

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local headers = require("moonherd.http.headers")
local outgoing = require("moonherd.http.outgoing")
local tick = require("moonherd.tick")

local Interim = {}

--- Sends one, with a list of names and values.
function Interim:_interim(status, list)
    if self.headersSent then
        outgoing.cannot("write")
    end
    if self.socket then
        self.socket._box:interim(status, list)
    else
        self:_keep("_interim", status, list)
    end
end

--- 100 Continue: tells a client that waits for it to send its body.
---@param callback function?
function Interim:writeContinue(callback)
    check.object(self, "res:writeContinue", "writeHead")
    check.opt(check.fn, callback, "callback")
    self:_interim(100)
    if callback then
        tick.add(callback)
    end
end

--- 102 Processing.
---@param callback function?
function Interim:writeProcessing(callback)
    check.object(self, "res:writeProcessing", "writeHead")
    check.opt(check.fn, callback, "callback")
    self:_interim(102)
    if callback then
        tick.add(callback)
    end
end

--- Whether a text is "<URL>; name=value; name; ...", as Node has it.
local function is_link(text)
    local rest = type(text) == "string" and text:match("^<[^>]*>(.*)$")
    while rest and rest ~= "" do
        rest = rest:match('^%s*;%s*[^;"%s]+="[^;"%s]*"(.*)$') or rest:match('^%s*;%s*[^;"%s]+(.*)$')
    end
    return rest == ""
end

local function check_links(value)
    for _, text in ipairs(type(value) == "table" and value or { value }) do
        if not is_link(text) then
            local how = 'must be an array or string of format "</styles.css>; rel=preload; as=style"'
            error(errors.arg_value("hints", text, how), 0)
        end
    end
    return type(value) == "table" and table.concat(value, ", ") or value
end

--- 103 Early Hints.
---@param hints table<string, string|string[]> `link` first of all
---@param callback function?
function Interim:writeEarlyHints(hints, callback)
    check.object(self, "res:writeEarlyHints", "writeHead")
    check.opt(check.fn, callback, "callback")
    local list = {}
    if check.table(hints, "hints").link ~= nil then
        list = { "Link", headers.value("link", check_links(hints.link)) }
    end
    for name, value in pairs(hints) do
        headers.key(name)
        if name ~= "link" then
            list[#list + 1] = name
            list[#list + 1] = headers.value(name, value)
        end
    end
    if #list > 0 then
        self:_interim(103, list)
    end
    if callback then
        tick.add(callback)
    end
end

--- Gives a class the methods.
return function(class)
    for name, method in pairs(Interim) do
        class[name] = method
    end
end
