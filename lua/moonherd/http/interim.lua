--- Interim answers (1xx), which go before the answer itself: methods of ServerResponse.
--
--     res:writeEarlyHints({ link = "</style.css>; rel=preload" })

local check = require("moonherd.check")
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

--- 103 Early Hints.
---@param hints table<string, string|string[]> `link` first of all
---@param callback function?
function Interim:writeEarlyHints(hints, callback)
    check.object(self, "res:writeEarlyHints", "writeHead")
    check.opt(check.fn, callback, "callback")
    local list = {}
    for name, value in pairs(check.table(hints, "hints")) do
        headers.key(name)
        if name == "link" and type(value) == "table" then
            value = table.concat(value, ", ")
        end
        list[#list + 1] = name
        list[#list + 1] = headers.value(name, value)
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
