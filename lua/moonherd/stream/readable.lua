--- What all readable streams have in common: net.Socket, http.IncomingMessage, process.stdin.
--
--     readable.install(Class)      -- before events.mixin(Class)
--
-- The class has resume and pause, keeps `readableFlowing` (true: data is passed on; false: paused; nil: nobody has
-- said yet) and emits "data" and "end". Node's other way to read, "readable" with read(), is not here: it is for
-- streams that give as many bytes as one asks for, and what comes from a descriptor comes as it pleases.

local absent = require("moonherd.absent")
local check = require("moonherd.check")
local encodings = require("moonherd.encoding")
local events = require("moonherd.events")
local piping = require("moonherd.stream.piping")

local M = {}

local DATA = '"data" listeners, with pause and resume'
local ABSENT = {
    compose = "pipe",
    iterator = "require \"moonherd.async\", which waits for events",
    read = DATA,
    unshift = "a variable of your own for what comes too early",
    wrap = "pipe",
}

local Readable = {
    __name = "Readable",
    readableHighWaterMark = 16384, -- bytes
    readableEnded = false,
    readableObjectMode = false,
}

--- Whether it was paused, and not resumed since.
---@return boolean
function Readable:isPaused()
    check.object(self, "readable:isPaused", "resume")
    return self.readableFlowing == false
end

--- For Node's sake: strings are bytes, and an encoding that would change them is refused.
---@param encoding string? "utf8" unless given
---@return self
function Readable:setEncoding(encoding)
    check.object(self, "readable:setEncoding", "resume")
    encodings.check(encoding)
    self.readableEncoding = encoding and encoding:lower():gsub("^utf%-8$", "utf8") or "utf8"
    return self
end

for _, part in ipairs({ piping, absent.methods({}, "readable", ABSENT) }) do
    for name, method in pairs(part) do
        Readable[name] = method
    end
end

--- The first listener of "data" has it flow, unless it was paused; those that are prepended do not, as in Node.
local function install_listening(class)
    for _, name in ipairs({ "on", "addListener", "once", "prependListener", "prependOnceListener" }) do
        local add = class[name] or events.EventEmitter[name]
        local starts = not name:find("^prepend")
        class[name] = function(self, event, listener)
            if event == "readable" then
                error(absent.error('the event "readable"', DATA), 0)
            end
            add(self, event, listener)
            if event == "data" and starts and self.readableFlowing ~= false then
                self:resume()
            end
            return self
        end
    end
end

--- Gives a class the methods.
---@param class table
function M.install(class)
    for name, value in pairs(Readable) do
        if class[name] == nil and name ~= "__name" then
            class[name] = value
        end
    end
    install_listening(class)
end

return M
