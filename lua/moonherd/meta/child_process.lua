---@meta

--- Child processes: any program by `spawn` and its kin, a Lua script with a channel to it by `fork`.
---
---     local child_process = require "child_process"
---
---     local ls = child_process.spawn("ls", { "-l" }, { cwd = "/tmp" })
---     ls.stdout:on("data", function(bytes) io.write(bytes) end)
---     ls:on("close", function(code, signal) print(code, signal) end)
---
---     local child = child_process.fork("worker.lua", { "an argument" })
---     child:on("message", function(message, handle) print(message) end)
---     child:send({ hello = "world" })
---
---     child_process.exec("ls | wc -l", function(err, stdout, stderr) print(err or stdout) end)
---     local names = child_process.execFileSync("ls", { "/" })       -- waits, and everything else with it
---
--- A program that cannot be started is no error of the call: the child's "error" event tells, with `code` "ENOENT".
--- What the system refuses for the call's own fault, as ids that only root may take, is raised.
---
--- A table with a string among its keys is options, any other is a list of arguments: either may stand in the place of
--- the arguments. Numbers and booleans in a list of arguments become texts. What is given is neither changed nor looked
--- at again.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html
---@class moonherd.child_process
local child_process = {}

--- For `spawn`.
---@class moonherd.child_process.SpawnOptions
---@field cwd string? Working directory; this process's unless given, or for "".
---@field env table? The whole environment, by name; this process's unless given. Values are strings, numbers, booleans,
---null, or have a __tostring. Entries of tables that it leads to by `__index` count.
---@field argv0 string? What the program sees as its own name; `file` unless given.
---@field stdio string|table|nil What it has as its descriptors: "pipe" (the default), "overlapped", "ignore" or
---"inherit" for the first three, or a list with one element per descriptor, the first for 0. An element is one of those
---words, "ipc" for a channel (once), a number of ours (a negative one is "pipe"), a table with a number `fd`, a socket
---or a server; nil is "pipe" for the first three, "ignore" above.
---@field detached boolean? Whether it leads a session and a process group of its own (default false).
---@field uid integer? Its user (0..4294967294); this process's unless given. Groups besides `gid` are given up.
---@field gid integer? Its group (0..4294967294); this process's unless given.
---@field shell boolean|string|nil true: run by /bin/sh -c, file and arguments joined by spaces, unquoted; a string: by
---that shell; false (the default) and "": by none.
---@field serialization "json"|"advanced"|nil Accepted for Node's sake: between two moonherds every value travels as it
---is.
---@field ipc moonherd.child_process.ChannelOptions? moonherd only: limits of the channel.
---@field timeout integer? After how long it gets `killSignal` (ms, 0.., default 0: never).
---@field killSignal string|integer|nil What `timeout` and `signal` send (1..31, or a name, default "SIGTERM").
---@field signal moonherd.AbortSignal? Ends it by `killSignal` when aborted, and "error" tells, with `code` "ABORT_ERR".
---One that is aborted already lets it start, and ends it then.
---@field windowsHide boolean? Without effect here.
---@field windowsVerbatimArguments boolean? Without effect here.

--- For `fork`: as for `spawn`, but there is no shell.
---@class moonherd.child_process.ForkOptions
---@field execPath string? The program; this one unless given, or for "".
---@field execArgv string[]? Its arguments before the script; those of this process unless given.
---@field silent boolean? Whether it has pipes instead of this process's own standard streams (default false). `stdio`
---takes precedence.
---@field stdio string|table|nil "pipe", "inherit" or "ignore" for the first three, with the channel as descriptor 3; or
---a list as for `spawn`, which contains "ipc" once.
---@field cwd string? As for `spawn`.
---@field env table? As for `spawn`.
---@field argv0 string? As for `spawn`.
---@field detached boolean? As for `spawn`.
---@field uid integer? As for `spawn` (0..4294967294).
---@field gid integer? As for `spawn` (0..4294967294).
---@field serialization "json"|"advanced"|nil As for `spawn`.
---@field ipc moonherd.child_process.ChannelOptions? As for `spawn`.
---@field timeout integer? As for `spawn` (ms, 0.., default 0: never).
---@field killSignal string|integer|nil As for `spawn` (1..31, or a name, default "SIGTERM").
---@field signal moonherd.AbortSignal? As for `spawn`.

--- For the channel of a child, at both ends.
---@class moonherd.child_process.ChannelOptions
---@field frameBytes integer? The largest message (bytes, 1..1073741824, default 64 MiB).
---@field queueBytes integer? What may wait to be sent behind the message that is being sent (bytes, 0..1073741824,
---default 64 MiB).
---@field highWaterMark integer? What waits to be sent from which `send` returns false (bytes, 0..1073741824, default
---128 KiB).
---@field requests integer? Requests that wait for their answers, and as many that are being answered (0..1073741824,
---default 1024).
---@field handles integer? Descriptors that may come ahead of the message they belong to (1..256, default 64).

--- For `request` of a child, of a worker and of `process`.
---@class moonherd.child_process.RequestOptions
---@field timeout number? After how long it ends with ETIMEDOUT (ms, 0.., default 30000). Up to 2147483647, or
---math.huge: never.
---@field signal moonherd.AbortSignal? Ends it with ABORT_ERR when it is aborted.
---@field handle any What goes along, as with `send`: a net.Socket, a net.Server or a dgram.Socket.
---@field keepOpen boolean? Whether this end goes on using the socket that goes along (default false).

--- For `execFile`.
---@class moonherd.child_process.ExecFileOptions
---@field cwd string? As for `spawn`.
---@field env table? As for `spawn`.
---@field encoding string? "utf8" (the default) or "buffer", which are the same here, as is every name that Node does
---not know; those that would change the bytes are refused.
---@field timeout integer? After how long it is killed and no more is collected (ms, 0.., default 0: never).
---@field maxBuffer number? What either stream may write (bytes, 0.., default 1 MiB); more, and it is killed. math.huge:
---no limit.
---@field killSignal string|integer|nil As for `spawn` (1..31, or a name, default "SIGTERM").
---@field signal moonherd.AbortSignal? As for `spawn`; the callback gets the error too.
---@field shell boolean|string|nil As for `spawn`.
---@field uid integer? As for `spawn` (0..4294967294).
---@field gid integer? As for `spawn` (0..4294967294).
---@field windowsHide boolean? Without effect here.
---@field windowsVerbatimArguments boolean? Without effect here.

--- For `exec`.
---@class moonherd.child_process.ExecOptions
---@field shell boolean|string|nil The shell (default /bin/sh); for "" the command is the name of a program.
---@field cwd string? As for `spawn`.
---@field env table? As for `spawn`.
---@field encoding string? As for `execFile`.
---@field timeout integer? As for `execFile` (ms, 0.., default 0: never).
---@field maxBuffer number? As for `execFile` (bytes, 0.., default 1 MiB).
---@field killSignal string|integer|nil As for `spawn` (1..31, or a name, default "SIGTERM").
---@field signal moonherd.AbortSignal? As for `execFile`.
---@field uid integer? As for `spawn` (0..4294967294).
---@field gid integer? As for `spawn` (0..4294967294).
---@field windowsHide boolean? Without effect here.

--- For `spawnSync` and `execFileSync`.
---@class moonherd.child_process.SyncOptions
---@field input string? What it reads from its stdin, where that is a pipe (default "").
---@field stdio string|table|nil As for `spawn`, but without "ipc". execFileSync and execSync: unless given, what it
---writes to its stderr is written to ours too.
---@field maxBuffer number? What all streams together may write (bytes, 0.., default 1 MiB); more, and it is killed,
---with `error` ENOBUFS. 0 and math.huge: no limit.
---@field timeout integer? After how long it gets `killSignal`, with `error` ETIMEDOUT (ms, 0.., default 0: never).
---@field killSignal string|integer|nil As for `spawn` (1..31, or a name, default "SIGTERM").
---@field encoding string? As for `execFile`, but a name that Node does not know is refused.
---@field cwd string? As for `spawn`.
---@field env table? As for `spawn`.
---@field argv0 string? As for `spawn`.
---@field shell boolean|string|nil As for `spawn`.
---@field detached boolean? As for `spawn`.
---@field uid integer? As for `spawn` (0..4294967294).
---@field gid integer? As for `spawn` (0..4294967294).
---@field windowsHide boolean? Without effect here.
---@field windowsVerbatimArguments boolean? Without effect here.

--- For `execSync`.
---@class moonherd.child_process.ExecSyncOptions
---@field shell boolean|string|nil As for `exec`.
---@field input string? As for `spawnSync`.
---@field stdio string|table|nil As for `spawnSync`.
---@field maxBuffer number? As for `spawnSync` (bytes, 0.., default 1 MiB).
---@field timeout integer? As for `spawnSync` (ms, 0.., default 0: never).
---@field killSignal string|integer|nil As for `spawn` (1..31, or a name, default "SIGTERM").
---@field encoding string? As for `spawnSync`.
---@field cwd string? As for `spawn`.
---@field env table? As for `spawn`.
---@field uid integer? As for `spawn` (0..4294967294).
---@field gid integer? As for `spawn` (0..4294967294).
---@field windowsHide boolean? Without effect here.

--- What `spawnSync` returns.
---@class moonherd.child_process.SyncResult
---@field pid integer Its process id (0..); 0 if it could not be started.
---@field status integer? Its exit code (0..255), unless a signal ended it.
---@field signal string? The signal that ended it.
---@field output table? What it wrote, by descriptor: output[1] is `stdout`; only of those that are pipes.
---@field stdout string? What it wrote to stdout.
---@field stderr string? What it wrote to stderr.
---@field error moonherd.Error? Why it could not be started, or what became of it: ETIMEDOUT, ENOBUFS.

--- What the channel of `child` or `process` can do besides carrying messages. The end of a child does not keep its
--- program alive unless somebody listens for "message" or "disconnect"; the end of a parent does.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#subprocesschannel
---@class moonherd.Channel
---@field fd integer The descriptor of this end (0..).
local Channel = {}

--- Has it keep the program alive as long as it is open, whatever listeners there are.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#subprocesschannelref
function Channel:ref() end

--- Has it not keep the program alive, whatever listeners there are.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#subprocesschannelunref
function Channel:unref() end

--- Whether it keeps the program alive.
---
--- moonherd only
---@return boolean
function Channel:hasRef() end

--- What becomes of the requests on it: `pending` wait for an answer, `serving` are being answered, and to `stray`
--- answers nobody waited any more.
---
--- moonherd only
---@return table counts
function Channel:requests() end

--- A process that was started from here, its standard streams and its channel. Events come in the order in which they
--- stand here, as far as they come.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#class-childprocess
---@class moonherd.ChildProcess: moonherd.EventEmitter
---@field pid integer? Its process id (1..); nil if it could not be started.
---@field exitCode integer? Its exit code, from its end on, unless a signal ended it (0..255); negative, an errno, if it
---could not be started.
---@field signalCode string? The signal that ended it, from its end on.
---@field killed boolean Whether `kill` has sent it a signal, whatever came of that.
---@field connected boolean Whether messages can be sent.
---@field channel moonherd.Channel? While there is a channel.
---@field spawnfile string? The program that was started: with a shell, the shell.
---@field spawnargs string[]? Its arguments, its own name first.
---@field stdin moonherd.Socket? Where it is a pipe. Destroyed when the child ends.
---@field stdout moonherd.Socket? Where it is a pipe. What nobody reads is thrown away once the child has ended.
---@field stderr moonherd.Socket? Where it is a pipe; as stdout.
---@field stdio table All of its pipes by the child's descriptor: stdio[1] is stdout. Those above 0 are read and
---written.
--- Sends a message: a string, number (a 64-bit one of the FFI too), boolean, json.null, or a table of these; functions
--- are left out of tables. With it a net.Socket, which is the child's alone from then on unless `keepOpen` is set, a
--- net.Server or a dgram.Socket, which both have. Messages arrive in order. Returns false when enough waits to be sent
--- for now. What cannot be sent is told to the callback, which is also called, with nothing, when the bytes are in the
--- kernel; without one by "error": ERR_IPC_CHANNEL_CLOSED, EPIPE, ERR_IPC_FRAME_TOO_LARGE, ERR_IPC_QUEUE_FULL. Only
--- with a channel; the handle, and the handle and the options, may be left out.
---@field send (fun(self: self, message: any, handle: any, options: table?, callback: function?): boolean)|nil
--- Ends the channel, once what was sent is written: no more can be sent from now on. "disconnect" follows. A second
--- time is an "error", ERR_IPC_DISCONNECTED. Only with a channel.
---@field disconnect (fun(self: self))|nil
--- moonherd only: sends a message that wants an answer, and waits for it in a task: (message, options?); or, anywhere,
--- calls back with an error or the answer: (message, options?, callback), and returns false when enough waits to be
--- sent. A number for the options is the timeout in ms. The other end answers by `onRequest`. Returns the answer, true
--- for one that is nil; or nil and an error: ETIMEDOUT, ERR_IPC_CHANNEL_CLOSED when the other end dies or lets go
--- before, ERR_IPC_NO_REQUEST_HANDLER, ERR_IPC_LEAVING from a worker that finishes, ERR_IPC_TOO_MANY_REQUESTS when as
--- many as `ipc.requests` wait, or are being answered, ABORT_ERR. What failed over there comes with its own `name` and
--- `code`; the message says who it was, `remoteMessage` is as it was there, `remoteStack` its traceback. Only with a
--- channel.
---@field request (fun(self: self, message: any, options: any, callback: function?): any)|nil
--- moonherd only: has `handler(message, handle)` answer the requests of the other end; nil takes it away. It returns
--- the answer, or nil and an error; what it raises is a failure too. It is called in a task, so that it may wait; many
--- may be answered at a time. Raises ERR_IPC_REQUEST_HANDLER_SET while there is another. Only with a channel.
---@field onRequest (fun(self: self, handler: function?))|nil
--- It was started.
---@field on fun(self: self, event: "spawn", listener: fun()): self
--- It could not be started, a signal or a message could not be sent, it was aborted, or disconnected twice.
---@field on fun(self: self, event: "error", listener: fun(err: moonherd.Error)): self
--- A message came. Those that come before anybody listens are kept for the first who does.
---@field on fun(self: self, event: "message", listener: fun(message: any, handle: any?)): self
--- A message whose `cmd` begins with NODE_, which is not kept, or one of the library's own.
---@field on fun(self: self, event: "internalMessage", listener: fun(message: any, handle: any?)): self
--- The channel is closed, by either side or by the child's end. After a message that makes no sense `err` says what.
---@field on fun(self: self, event: "disconnect", listener: fun(err: moonherd.Error?)): self
--- It has ended. One of the two is nil.
---@field on fun(self: self, event: "exit", listener: fun(code: integer?, signal: string?)): self
--- It has ended, or could not be started, and nothing can come from its pipes and its channel any more.
---@field on fun(self: self, event: "close", listener: fun(code: integer?, signal: string?)): self
local ChildProcess = {}

--- For `child:send` and `process.send`.
---@class moonherd.child_process.SendOptions
---@field keepOpen boolean? Whether a socket is used on at this end too (default false).

--- Sends a signal. Whether the child minds it is its own affair.
---
--- Raises: ERR_UNKNOWN_SIGNAL, for what is none.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#subprocesskillsignal
---@param signal string|integer|nil its name, in any case of letters, or its number (0..31, default "SIGTERM"); 0 only
---asks whether the child is there
---@return boolean sent false once the child has ended, and if it never was; when the signal may not be sent "error"
---tells
function ChildProcess:kill(signal) end

--- Has the child keep this program alive until it has ended, as it does unless told otherwise.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#subprocessref
function ChildProcess:ref() end

--- Lets this program end before the child. Its pipes and its channel keep the program alive by themselves.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#subprocessunref
function ChildProcess:unref() end

--- Starts what an object made by `child_process.ChildProcess()` stands for, once. `spawn` is the way for everybody
--- else.
---
--- Raises: ERR_INVALID_STATE, when it was started before.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#class-childprocess
---@param options moonherd.child_process.ObjectOptions
---@return integer errno 0, or negative when it could not be started, which "error" tells too
function ChildProcess:spawn(options) end

--- For `child:spawn`.
---@class moonherd.child_process.ObjectOptions
---@field file string The program.
---@field args string[]? Its arguments, its own name first.
---@field envPairs string[]? Its environment, "NAME=value"; this process's unless given.
---@field stdio string|table|nil As for `spawn`.
---@field cwd string? As for `spawn`.
---@field detached boolean? As for `spawn`.
---@field uid integer? As for `spawn` (0..4294967294).
---@field gid integer? As for `spawn` (0..4294967294).
---@field serialization "json"|"advanced"|nil As for `spawn`.

--- Makes a child that is not started yet. It is the class as well: `getmetatable(child) == child_process.ChildProcess`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#class-childprocess
---@return moonherd.ChildProcess
function child_process.ChildProcess() end

--- Starts a program. Forms: spawn(file), spawn(file, args), spawn(file, options), spawn(file, args, options).
---
--- Raises: what the system refuses for the call's own fault, with `syscall` "spawn": EPERM for ids, E2BIG for arguments
--- that are too long. ERR_IPC_ONE_PIPE, for "ipc" twice.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#child_processspawncommand-args-options
---@param file string its path, or a name without a slash, which is looked for in the PATH of its own environment
---@param args string[]|moonherd.child_process.SpawnOptions|nil
---@param options moonherd.child_process.SpawnOptions?
---@return moonherd.ChildProcess
function child_process.spawn(file, args, options) end

--- Starts this program again, with another script and a channel between the two. Forms as for `spawn`.
---
--- Raises: as `spawn`; ERR_CHILD_PROCESS_IPC_REQUIRED, for a list without "ipc".
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#child_processforkmodulepath-args-options
---@param modulePath string
---@param args string[]|moonherd.child_process.ForkOptions|nil what the script finds in process.argv, from 3 on
---@param options moonherd.child_process.ForkOptions?
---@return moonherd.ChildProcess
function child_process.fork(modulePath, args, options) end

--- Runs a program and collects what it writes. Arguments, options and callback may each be left out. The callback is
--- called once, when the program has ended and all is read: with nil as `err` if it ended with 0, else with an error
--- that has `code` (its exit code), `killed` (whether it was killed from here), `signal` and `cmd`. Its `code` is
--- ERR_CHILD_PROCESS_STDIO_MAXBUFFER when a stream was too long; that of `spawn` when it could not be started.
---
--- Raises: as `spawn`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#child_processexecfilefile-args-options-callback
---@param file string as for `spawn`
---@param args string[]|moonherd.child_process.ExecFileOptions|function|nil
---@param options moonherd.child_process.ExecFileOptions|function|nil
---@param callback fun(err: moonherd.Error?, stdout: string, stderr: string)|nil
---@return moonherd.ChildProcess
function child_process.execFile(file, args, options, callback) end

--- The same for a command of the shell.
---
--- Raises: as `spawn`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#child_processexeccommand-options-callback
---@param command string
---@param options moonherd.child_process.ExecOptions|function|nil
---@param callback fun(err: moonherd.Error?, stdout: string, stderr: string)|nil
---@return moonherd.ChildProcess
function child_process.exec(command, options, callback) end

--- Runs a program and waits for its end; nothing else happens in this process meanwhile: no timers, no events, no
--- answers to a master that asks whether this worker is alive. What goes wrong with the program stands in the result.
---
--- Raises: ERR_IPC_SYNC_FORK, for "ipc".
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#child_processspawnsynccommand-args-options
---@param file string as for `spawn`
---@param args string[]|moonherd.child_process.SyncOptions|nil
---@param options moonherd.child_process.SyncOptions?
---@return moonherd.child_process.SyncResult
function child_process.spawnSync(file, args, options) end

--- The same, and returns what the program wrote.
---
--- Raises: unless it ended with 0, an error with all fields of `spawnSync`'s result; as `spawnSync`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#child_processexecfilesyncfile-args-options
---@param file string as for `spawn`
---@param args string[]|moonherd.child_process.SyncOptions|nil
---@param options moonherd.child_process.SyncOptions?
---@return string? stdout nil where that is no pipe
function child_process.execFileSync(file, args, options) end

--- The same for a command of the shell.
---
--- Raises: as `execFileSync`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/child_process.html#child_processexecsynccommand-options
---@param command string
---@param options moonherd.child_process.ExecSyncOptions?
---@return string? stdout nil where that is no pipe
function child_process.execSync(command, options) end

return child_process
