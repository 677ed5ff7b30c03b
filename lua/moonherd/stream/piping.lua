--- pipe and unpipe: what comes out of a readable stream goes into writable ones, no faster than the slowest of them
--- takes it. Methods of every readable stream, see readable.lua.
--
--     socket:pipe(file)                              -- returns file, which is ended when socket ends
--     req:pipe(child.stdin, { end_ = false })        -- which is left open
--     socket:unpipe(file)
--
-- Once a destination has said "enough" (write returned false) nothing is read until it has drained; so what waits in
-- this process is a piece or two above its writableHighWaterMark, whatever the source has. One that fails, finishes or
-- closes is taken out. A source that fails leaves its destinations open, as in Node: who has started both ends both.
--
-- Fields of the source: _pipes (list of what goes where), _awaited (those that have to drain, as keys).

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local tick = require("moonherd.tick")

local Piping = {}

--- One destination of one source.
local Pipe = {}
Pipe.__index = Pipe

-- Back-pressure -----------------------------------------------------------------------------------------------

--- It has drained, or is gone: reading goes on when all the others have too.
function Pipe:go_on()
    local source = self.source
    source._awaited[self] = nil
    if next(source._awaited) == nil and source:listenerCount("data") > 0 then
        source:resume()
    end
end

function Pipe:wait()
    if self.broken then
        return -- taken out while it was written to
    end
    local source = self.source
    source._awaited[self] = true
    source:pause()
    if not self.on_drain then
        self.on_drain = function()
            self:go_on()
        end
        self.dest:on("drain", self.on_drain)
    end
end

-- Taking out --------------------------------------------------------------------------------------------------

--- No listener of ours stays anywhere.
function Pipe:detach()
    local source, dest = self.source, self.dest
    self.broken = true
    for name, listener in pairs(self.of_dest) do
        dest:off(name, listener)
    end
    if self.on_drain then
        dest:off("drain", self.on_drain)
    end
    source:off("end", self.on_end)
    source:off("data", self.on_data)
    if source._awaited[self] then
        self:go_on()
    end
end

--- Tells the destination, which is on the source's list no more.
function Pipe:take_out()
    self:detach()
    self.dest:emit("unpipe", self.source)
end

local function position(source, dest)
    for i, pipe in ipairs(source._pipes or {}) do
        if pipe.dest == dest then
            return i
        end
    end
    return nil
end

--- The destination failed. Our listener is none that deals with it: without another one, it is raised.
function Pipe:failed(err)
    self.source:unpipe(self.dest)
    if self.dest:listenerCount("error") == 0 then
        self.dest:emit("error", err)
    end
end

-- Putting in --------------------------------------------------------------------------------------------------

local function listen(pipe, ends_dest)
    local source, dest = pipe.source, pipe.dest
    local function unpipe()
        source:unpipe(dest)
    end
    pipe.on_data = function(bytes)
        if dest:write(bytes) == false then
            pipe:wait()
        end
    end
    pipe.on_end = ends_dest and function() dest:end_() end or unpipe
    pipe.of_dest = {
        error = function(err) pipe:failed(err) end,
        close = unpipe,
        finish = unpipe,
    }
    if source.readableEnded then
        tick.add(pipe.on_end)
    else
        source:once("end", pipe.on_end)
    end
    source:on("data", pipe.on_data)
    dest:prependListener("error", pipe.of_dest.error) -- before the user's, who finds the pipe taken out
    dest:once("close", pipe.of_dest.close)
    dest:once("finish", pipe.of_dest.finish)
end

local function check_destination(dest)
    if type(dest) ~= "table" or not (dest.write and dest.end_ and dest.prependListener) then
        error(errors.arg_type("destination", "Writable", dest), 0)
    end
end

--- Whether the destination is to be ended with the source.
local function read_options(options)
    options = check.opt(check.table, options, "options") or {}
    local wanted = options.end_
    if wanted == nil then
        wanted = options["end"]
    end
    return check.opt(check.boolean, wanted, "options.end") ~= false
end

--- Writes everything that comes into `destination`, and ends it at the end.
---@generic T
---@param destination T something to write to: a socket, a response, a child's stdin
---@param options { end_: boolean }? false leaves the destination open, as stdout and stderr are in any case. `end_` may
---be written `["end"]`
---@return T destination
function Piping:pipe(destination, options)
    check.object(self, "readable:pipe", "resume")
    local dest = destination
    check_destination(dest)
    local pipe = setmetatable({ source = self, dest = dest }, Pipe)
    local ends_dest = read_options(options) and not dest._is_stdio
    self._pipes, self._awaited = self._pipes or {}, self._awaited or {}
    table.insert(self._pipes, pipe)
    listen(pipe, ends_dest)
    dest:emit("pipe", self)
    if dest.writableNeedDrain == true then
        pipe:wait()
    elseif not self.readableFlowing then
        self:resume()
    end
    return dest
end

--- Whether it is paused because a destination has to drain first, and goes on by itself.
---@return boolean
function Piping:_waitsForDrain()
    return self._awaited ~= nil and next(self._awaited) ~= nil
end

--- Undoes pipe. A stream that is left with no destination is paused.
---@param destination table? all of them unless given
---@return self
function Piping:unpipe(destination)
    check.object(self, "readable:unpipe", "resume")
    check.opt(check_destination, destination)
    local pipes = self._pipes or {}
    if not pipes[1] then
        return self
    elseif destination == nil then
        self._pipes = {}
        self:pause()
        for _, pipe in ipairs(pipes) do
            pipe:take_out()
        end
        return self
    end
    local i = position(self, destination)
    if i then
        local pipe = table.remove(pipes, i)
        if not pipes[1] then
            self:pause()
        end
        pipe:take_out()
    end
    return self
end

return Piping
