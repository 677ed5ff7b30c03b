---@meta

--- The process this runs in: arguments, environment, exit, signals, errors that nobody caught, standard streams, what
--- it has used and may use. It is a global. Its functions take dot and colon calls alike.
---
---     process.on("SIGTERM", function() process.exit(0) end)
---     process.on("uncaughtException", function(err, origin, traceback) log(err, traceback) end)
---     print(process.argv[2], process.env.PORT, process.pid)
---
--- What Node's `process` has for JavaScript, V8 or native addons (`binding`, `mainModule`, `reallyExit`, ...; also the
--- events "unhandledRejection", "rejectionHandled", "multipleResolves") raises ERR_NOT_IN_LUA: what to use instead.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html
---@class moonherd.process: moonherd.EventEmitter
---@field arch string The processor: "x64", "arm64", ...
---@field argv string[] The program, the script's path, the script's arguments.
---@field argv0 string What the program was called as.
---@field channel moonherd.Channel|nil The channel to the parent; nil without one, and once it is closed.
---@field config table How the program was built: `variables` has `compiler`, `optimised`, `assertions`, `fault_points`.
---@field connected boolean|nil Whether messages can be sent to the parent; nil without a channel.
---@field disconnect nil|fun() Closes the channel to the parent, once all is written. Nil without a channel.
---@field env table<string, string> The environment, live. Reading what is not set gives nil, assigning nil takes away;
---strings, numbers and booleans can be assigned. `process.env()` is a copy to walk through with pairs.
---@field execArgv string[] The program's own options.
---@field execPath string The program's path, which fork starts unless told otherwise. It may be assigned.
---@field exitCode integer|string|nil The status of the process, if it ends by itself or by `exit()`: a whole number
---(any number, default 0; the system keeps it modulo 256) or a string of one.
---@field features table<string, boolean> What is built in, by Node's names: `uv`, `ipv6`, `tls`, `inspector`, ...
---@field noDeprecation boolean Whether warnings of type "DeprecationWarning" are dropped (default false).
---@field noWarnings boolean moonherd only: whether warnings are not printed; events tell of them all the same (default
---false, true with NODE_NO_WARNINGS=1 in the environment).
---@field onRequest nil|fun(handler: nil|fun(message: any, handle: any): any) moonherd only: has the parent's requests
---answered, as `child:onRequest` does. Nil without a channel.
---@field pid integer The number of this process (1..).
---@field platform string "linux".
---@field ppid integer The number of its parent, as it is now (0..).
---@field release table `name`, "moonherd".
---@field report moonherd.process.Report All that the process knows of itself, for diagnosis.
---@field request nil|fun(message: any, options: any, callback: function?): any moonherd only: asks the parent, as
---`child:request` does. Nil without a channel.
---@field send nil|fun(message: any, sendHandle: any, options: table?, callback: function?): boolean Sends the parent a
---message, as `child:send` does. Nil without a channel.
---@field stderr moonherd.WriteStream Standard error.
---@field stdin moonherd.Readable Standard input: a net.Socket that is only read, or for a file a moonherd.ReadStream.
---Nothing is read, and the program is not kept alive, before somebody listens for "data", pipes it or calls resume. A
---terminal has `isTTY`, `isRaw` and `setRawMode(boolean)`.
---@field stdout moonherd.WriteStream Standard output.
---@field throwDeprecation boolean Whether warnings of type "DeprecationWarning" are raised (default false).
---@field title string What ps shows. Assigned values are cut to what fits.
---@field version string "v" and moonherd's version.
---@field versions table<string, string> What it is made of: moonherd, luajit, uv, llhttp, jansson.
--- The loop is empty. A listener that starts something keeps the program going, and it comes again later. Not after
--- exit() and not after an error that nobody caught.
---@field on fun(self: self, event: "beforeExit", listener: fun(code: integer)): self
--- The channel to the parent is closed.
---@field on fun(self: self, event: "disconnect", listener: fun()): self
--- The process ends when its listeners have returned; what they start does not happen. They may set exitCode.
---@field on fun(self: self, event: "exit", listener: fun(code: integer)): self
--- A message of the parent's, with the server or socket that came with it.
---@field on fun(self: self, event: "message", listener: fun(message: any, sendHandle: any)): self
--- A signal, by its name. SIGKILL and SIGSTOP cannot be listened to. The last listener's removal restores what the
--- signal does by default.
---@field on fun(self: self, event: "SIGTERM", listener: fun(name: string, number: integer)): self
--- An error that nobody caught; with a listener the process goes on. `err` is what was raised, whatever that is.
--- `trace`, a traceback, is ours (moonherd only): strings carry none. A listener that raises ends the process with 7.
---@field on fun(self: self, event: "uncaughtException", listener: fun(err: any, origin: string, trace: string?)): self
--- The same, before it, and without preventing the end.
---@field on fun(self: self, event: "uncaughtExceptionMonitor", listener: fun(err: any, origin: string)): self
--- A warning of emitWarning.
---@field on fun(self: self, event: "warning", listener: fun(warning: moonherd.Error)): self
local process = {}

--- process.stdin from a file or a device, which libuv's threads read. It ends without a "close", as in Node; where
--- there is nothing to read, as in a folder, it ends at once.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processstdin
---@class moonherd.ReadStream: moonherd.Readable
---@field fd integer? The descriptor (0..).
---@field readable boolean Whether there may be more to read.
---@field destroyed boolean Whether it was destroyed.
local readable = {}

--- Passes data on, from now until pause.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readableresume
---@return self
function readable:resume() end

--- Nothing more is read until resume; what is under way is kept.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readablepause
---@return self
function readable:pause() end

--- Reads no more. "close" follows; the descriptor stays open, as it is the process's.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readabledestroyerror
---@param err any told by "error" before
---@return self
function readable:destroy(err) end

--- For Node's sake: a read that is under way is waited for in any case.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketref
---@return self
function readable:ref() end

--- For Node's sake: as `ref`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketunref
---@return self
function readable:unref() end

--- process.stdout and process.stderr. What write was given is with the reader, or in the kernel's hands, when it
--- returns: a slow reader makes the program wait, and nothing is lost at its end.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#a-note-on-process-io
---@class moonherd.WriteStream: moonherd.Writable
---@field fd integer 1 or 2 (1..2).
---@field isTTY boolean? True for a terminal, else nil.
---@field columns integer? Of a terminal (0..).
---@field rows integer? Of a terminal (0..).
---@field writable boolean Whether it was not ended, and writing has not failed.
---@field writableEnded boolean Whether it was ended.
---@field writableFinished boolean Whether "finish" was emitted.
---@field writableLength integer Bytes that wait, for `uncork` (0..).
---@field writableHighWaterMark integer Bytes (1..).
---@field writableNeedDrain boolean Whether a write while it was corked returned false.
---@field destroyed boolean False.
--- What was written could not be; without a listener it ends the program.
---@field on fun(self: self, event: "error", listener: fun(err: moonherd.Error)): self
--- After "finish", or after destroy. The descriptor stays open.
---@field on fun(self: self, event: "close", listener: fun()): self
--- The terminal has another size.
---@field on fun(self: self, event: "resize", listener: fun()): self
local stream = {}

--- Writes all of `chunk`: (chunk, encoding, callback) or (chunk, callback).
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#writablewritechunk-encoding-callback
---@param chunk string
---@param encoding string|function|nil "utf8", "latin1", ...: bytes are bytes
---@param callback nil|fun(err: moonherd.Error?) called when it is written, or could not be
---@return boolean ok false when it failed
function stream:write(chunk, encoding, callback) end

--- Ends the stream, not the descriptor: nothing can be written to it any more. (callback), (chunk, callback) and
--- (chunk, encoding, callback) are all right.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#writableendchunk-encoding-callback
---@param chunk string|function|nil written before
---@param encoding string|function|nil
---@param callback nil|fun(err: moonherd.Error?)
---@return self
function stream:end_(chunk, encoding, callback) end

--- Tells "error", if there is one, and "close". It can be written to as before.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#writabledestroyerror
---@param err any
---@return self
function stream:destroy(err) end

--- Columns and rows of a terminal, as a list; nil for anything else.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/tty.html#writestreamgetwindowsize
---@return integer[]? size
function stream:getWindowSize() end

--- What `process.report` has: settings, which may be assigned, and two functions.
---@class moonherd.process.Report
---@field directory string The folder that reports are written to (default "", the working directory).
---@field filename string The name of a report (default "": made of date, time and pid).
---@field compact boolean Whether a report is one line (default false).
---@field excludeNetwork boolean Whether network interfaces are left out (default false).
---@field signal string The signal that asks for one (default "SIGUSR2").
---@field reportOnFatalError boolean Whether one is written when the memory limit was passed (default false).
---@field reportOnSignal boolean Whether one is written on `signal` (default false).
---@field reportOnUncaughtException boolean Whether one is written for an error that nobody caught (default false).
---@field writeReport fun(filename: string?, err: table?): string Writes one, as JSON, and returns the file's name; ""
---where that failed, which stderr tells. "stdout" and "stderr" are these.
---@field getReport fun(err: table?): table The same as a table: header, luaStack, luaHeap, handles, resourceUsage,
---workers, environmentVariables, userLimits, sharedObjects.

--- Ends the process with SIGABRT, at once, for a core file. No event tells of it.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processabort
function process.abort() end

--- Bytes that the process can still get, from its control groups and from the system.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processavailablememory
---@return number bytes
function process.availableMemory() end

--- Changes the working directory.
---
--- Raises: what the system says, with `path` (from) and `dest` (to).
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processchdirdirectory
---@param directory string
function process.chdir(directory) end

--- Bytes that control groups, version 1 or 2, allow the process, the smallest limit above it; 2^64 without a limit.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processconstrainedmemory
---@return number bytes
function process.constrainedMemory() end

--- Processor time of all threads, in microseconds; with an earlier result, what was spent since.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processcpuusagepreviousvalue
---@param previousValue moonherd.process.CpuUsage?
---@return moonherd.process.CpuUsage usage
function process.cpuUsage(previousValue) end

--- What `process.cpuUsage` returns and takes.
---@class moonherd.process.CpuUsage
---@field user number In the program (us, 0..9007199254740991).
---@field system number In the system, for it (us, 0..9007199254740991).

--- The working directory, absolute.
---
--- Raises: ENOENT, if it was removed.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processcwd
---@return string path
function process.cwd() end

--- Warns of something that is no error yet: a line on stderr, and the event "warning", when the running callback has
--- ended. (warning, type, code) or (warning, options).
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processemitwarningwarning-options
---@param warning string|moonherd.Error
---@param type string|moonherd.process.WarningOptions|nil its name (default "Warning")
---@param code string?
function process.emitWarning(warning, type, code) end

--- What `process.emitWarning` says besides.
---@class moonherd.process.WarningOptions
---@field type string? The warning's name (default "Warning").
---@field code string? The warning's code.
---@field detail string? One more line.

--- Ends the process now: "exit" is emitted, work that is under way is dropped, what was sent or written is sent and
--- written.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processexitcode
---@param code integer|string|nil (any number, default `process.exitCode`, else 0), kept modulo 256; or a string of one
function process.exit(code) end

--- The types of what keeps the program alive: "TCPServerWrap", "Timeout", ...
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processgetactiveresourcesinfo
---@return string[] types
function process.getActiveResourcesInfo() end

--- The effective group.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processgetegid
---@return integer id
function process.getegid() end

--- The effective user.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processgeteuid
---@return integer id
function process.geteuid() end

--- The group.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processgetgid
---@return integer id
function process.getgid() end

--- The supplementary groups, the effective group among them.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processgetgroups
---@return integer[] ids
function process.getgroups() end

--- The user.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processgetuid
---@return integer id
function process.getuid() end

--- Whether there is one.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processhasuncaughtexceptioncapturecallback
---@return boolean
function process.hasUncaughtExceptionCaptureCallback() end

--- { seconds, nanoseconds } of a clock that never goes back; with an earlier result, what went by since.
--- `process.hrtime.bigint()` is the same in one number of nanoseconds, a uint64_t.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processhrtimetime
---@param time number[]?
---@return integer[] time
function process.hrtime(time) end

--- Sets the supplementary groups to those that the system's group list gives a user, and one more.
---
--- Raises: ERR_UNKNOWN_CREDENTIAL; EPERM without the right to.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processinitgroupsuser-extragroup
---@param user integer|string a name or a number (0..4294967295)
---@param extraGroup integer|string a name or a number (0..4294967295)
function process.initgroups(user, extraGroup) end

--- Sends a signal.
---
--- Raises: ERR_UNKNOWN_SIGNAL for a name there is not; ESRCH, EPERM, EINVAL as the system says.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processkillpid-signal
---@param pid integer|string a number (-2147483647..2147483647) or a string of one. Negative: a group; 0: the own one
---@param signal string|integer|nil a name or a number (-2147483647..2147483647, default "SIGTERM"). 0: only asks
---whether it is there
---@return true sent
function process.kill(pid, signal) end

--- Bytes: `rss` of the whole process, `heapTotal` and `heapUsed` of the Lua heap; `external` and `arrayBuffers` are 0.
--- `process.memoryUsage.rss()` is the first alone.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processmemoryusage
---@return table<string, number> usage
function process.memoryUsage() end

--- Calls `callback(...)` when the running callback has ended, before the loop goes on.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processnexttickcallback-args
---@param callback function
---@param ... any what the callback gets
function process.nextTick(callback, ...) end

--- What the process has used: userCPUTime and systemCPUTime (us), maxRSS (KiB), minorPageFault, majorPageFault, fsRead,
--- fsWrite, voluntaryContextSwitches, involuntaryContextSwitches; on Linux the others of Node's sixteen fields are 0.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processresourceusage
---@return table<string, number> usage
function process.resourceUsage() end

--- Sets the effective group.
---
--- Raises: ERR_UNKNOWN_CREDENTIAL; EPERM without the right to.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processsetegidid
---@param id integer|string a name or a number (0..4294967295)
function process.setegid(id) end

--- Sets the effective user.
---
--- Raises: ERR_UNKNOWN_CREDENTIAL; EPERM without the right to.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processseteuidid
---@param id integer|string a name or a number (0..4294967295)
function process.seteuid(id) end

--- Sets the group.
---
--- Raises: ERR_UNKNOWN_CREDENTIAL; EPERM without the right to.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processsetgidid
---@param id integer|string a name or a number (0..4294967295)
function process.setgid(id) end

--- Sets the supplementary groups.
---
--- Raises: ERR_UNKNOWN_CREDENTIAL; EPERM without the right to.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processsetgroupsgroups
---@param groups (integer|string)[] names or numbers (0..4294967295)
function process.setgroups(groups) end

--- Sets the user, for good without root's rights. The group first: afterwards it cannot be set any more.
---
--- Raises: ERR_UNKNOWN_CREDENTIAL; EPERM without the right to.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processsetuidid
---@param id integer|string a name or a number (0..4294967295)
function process.setuid(id) end

--- Has `fn(err, traceback)` called for errors that nobody caught, instead of the event "uncaughtException".
---
--- Raises: ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET while there is one.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processsetuncaughtexceptioncapturecallbackfn
---@param fn nil|fun(err: any, traceback: string?) nil: no longer
function process.setUncaughtExceptionCaptureCallback(fn) end

--- The file mode creation mask. With a new one, sets that and returns the one before.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processumaskmask
---@param mask integer|string|nil a number (0..4294967295, of which the system keeps nine bits), or octal digits: "022"
---@return integer mask
function process.umask(mask) end

--- Seconds since the program started, with a fraction.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/process.html#processuptime
---@return number seconds
function process.uptime() end

return process
