---@meta

--- Lines for people: `log`, `info` and `debug` write one to stdout, `error`, `warn` and `trace` to stderr.
---
---     console.log("worker %d is online", worker.id, { pid = worker.process.pid })
---     console.error("cannot listen:", err)
---
--- A string in front may have directives: %s %d %i %f %j %o %O %c, and %% for the sign. Tables are opened two levels
--- deep, errors shown with their stack. A line is one write. That nobody reads the stream any more is no error.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html
---@class moonherd.console
local console = {}

--- A line on stdout.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consolelogdata-args
---@param ... any
function console.log(...) end

--- The same as `log`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoleinfodata-args
console.info = console.log

--- The same as `log`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoledebugdata-args
console.debug = console.log

--- The same as `log`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoledirxmldata
console.dirxml = console.log

--- A line on stderr.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoleerrordata-args
---@param ... any
function console.error(...) end

--- The same as `error`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consolewarndata-args
console.warn = console.error

--- A line on stderr, and where it was written from.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoletracemessage-args
---@param ... any
function console.trace(...) end

--- A value on stdout; strings are in quotes.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoledirobj-options
---@param value any
---@param options moonherd.console.DirOptions?
function console.dir(value, options) end

--- How `console.dir` shows a value.
---@class moonherd.console.DirOptions
---@field depth number? How many levels of tables to open (0.., default 2).

--- A line on stderr, "Assertion failed" and what else is given, if the value is false or nil.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoleassertvalue-message
---@param value any
---@param ... any
function console.assert(value, ...) end

--- Indents what follows by two more blanks. What is given is written as a line before.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consolegrouplabel
---@param ... any
function console.group(...) end

--- The same as `group`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consolegroupcollapsed
console.groupCollapsed = console.group

--- Takes two blanks of the indentation back.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consolegroupend
function console.groupEnd() end

--- Starts a clock, which `timeLog` reads and `timeEnd` ends. A running one of that name starts anew.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoletimelabel
---@param label string? (default "default")
function console.time(label) end

--- A line on stdout with what the clock says, and what else is given. A name without a clock gets a line on stderr.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoletimeloglabel-data
---@param label string? (default "default")
---@param ... any
function console.timeLog(label, ...) end

--- The same, and ends the clock.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consoletimeendlabel
---@param label string? (default "default")
function console.timeEnd(label) end

--- A line on stdout with how often it was called with that label.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consolecountlabel
---@param label string? (default "default")
function console.count(label) end

--- Lets `count` begin anew for that label.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/console.html#consolecountresetlabel
---@param label string? (default "default")
function console.countReset(label) end

return console
