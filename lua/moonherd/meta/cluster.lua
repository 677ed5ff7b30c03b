---@meta

--- One master, many workers, one address: the workers are this program again, and share their listening sockets.
---
---     local cluster = require "cluster"
---
---     if cluster.isPrimary then
---         for _ = 1, 4 do cluster.fork() end
---         cluster.on("exit", function(worker, code, signal) cluster.fork() end)
---     else
---         require("http").createServer(function(_, res) res:end_("hello") end):listen(8000)
---     end
---
--- A process that `fork` has started is a worker: NODE_UNIQUE_ID in its environment says so. In a worker there are
--- `isPrimary`, `isMaster`, `isWorker`, `worker`, `Worker` and the emitter's methods only. All functions may be called
--- with a dot or a colon.
---
--- Connections go round: the master accepts, and offers each to the next worker that can take one. What a worker that
--- hangs or dies has not taken goes to another. With every worker full, clients wait in the kernel's queue, whose
--- length is the `backlog` of listen. Under SCHED_NONE the workers accept by themselves.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html
---@class moonherd.cluster: moonherd.EventEmitter
---@field isPrimary boolean Whether this is the master.
---@field isMaster boolean The same, by its old name.
---@field isWorker boolean Whether it is not.
---@field worker moonherd.Worker? In a worker: itself.
---@field workers table<integer, moonherd.Worker>? Those that live and were not asked to leave, by id.
---@field settings moonherd.cluster.SettingsOptions? Of the forks to come; empty before the first `setupPrimary` or
---`fork`.
---@field schedulingPolicy integer? SCHED_RR or SCHED_NONE (1..2, default 2). Read at the first `setupPrimary` or
---`fork`; NODE_CLUSTER_SCHED_POLICY=none in the environment makes it 1.
---@field SCHED_NONE integer? The workers get the listening sockets, and accept (1..1).
---@field SCHED_RR integer? The master accepts, and the connections go round (2..2).
--- On the tick after `setupPrimary` or `fork`.
---@field on fun(self: self, event: "setup", listener: fun(settings: moonherd.cluster.SettingsOptions)): self
--- A worker was forked.
---@field on fun(self: self, event: "fork", listener: fun(worker: moonherd.Worker)): self
--- Its script is about to run.
---@field on fun(self: self, event: "online", listener: fun(worker: moonherd.Worker)): self
--- A server or UDP socket of it is at an address: `address`, `port` (-1: a path), `addressType` (4, 6, -1, "udp4",
--- "udp6") and `fd`.
---@field on fun(self: self, event: "listening", listener: fun(worker: moonherd.Worker, address: table)): self
--- It has sent a message, perhaps with a socket or server.
---@field on fun(self: self, event: "message", listener: fun(worker: moonherd.Worker, message: any, handle: any)): self
--- Its channel has ended: before or after "exit".
---@field on fun(self: self, event: "disconnect", listener: fun(worker: moonherd.Worker)): self
--- Its process has ended, with a code (0..255) or by a signal.
---@field on fun(self: self, event: "exit", listener: fun(worker: moonherd.Worker, code: integer?, signal: string?)):
---self
--- moonherd only: clients have been waiting for a second, and no worker has taken one (facts.waiting), or none waits
--- any more. The address is as in "listening"; further facts are `accepted`, `handed`, `parked`, `dropped` and
--- `starved`.
---@field on fun(self: self, event: "waiting", listener: fun(address: table, facts: table)): self
--- moonherd only: connections cannot be accepted. With `err.retrying`, which is said once, clients wait until there are
--- descriptors or memory again.
---@field on fun(self: self, event: "acceptError", listener: fun(address: table, err: moonherd.Error)): self
--- moonherd only, under `guard`: the worker has not answered so many pings. It is killed when the listeners have
--- returned.
---@field on fun(self: self, event: "zombie", listener: fun(worker: moonherd.Worker, facts: moonherd.cluster.Facts)):
---self
--- moonherd only, under `guard`: the worker is over memory.hard and was killed, or over memory.soft and was asked to
--- leave.
---@field on fun(self: self, event: "memory", listener: fun(worker: moonherd.Worker, facts: moonherd.cluster.Facts)):
---self
--- moonherd only, under `guard`: who has died, and in how many ms its replacement starts.
---@field on fun(self: self, event: "respawn", listener: fun(worker: moonherd.Worker, delay: integer)): self
--- moonherd only, under `guard`: the breaker is in another state.
---@field on fun(self: self, event: "breaker", listener: fun(facts: moonherd.cluster.BreakerFacts)): self
--- moonherd only, under `guard`: a first SIGTERM or SIGINT has come, and the herd is asked to leave.
---@field on fun(self: self, event: "stop", listener: fun(signal: string)): self
local cluster = {}

--- What the workers are started with. Whatever else is named is refused, as is `inspectPort`, with
--- ERR_INSPECTOR_NOT_AVAILABLE: LuaJIT has no inspector.
---@class moonherd.cluster.SettingsOptions
---@field exec string? The script (default: this program's own).
---@field args string[]? Its arguments (default: this program's own).
---@field execArgv string[]? What stands before the script (default: process.execArgv).
---@field execPath string? moonherd only: the program that runs the script (default: process.execPath).
---@field cwd string? The working directory (default: this process's).
---@field silent boolean? Whether their output comes through worker.process.stdout and stderr (default false).
---@field stdio string|any[]|nil As for child_process.fork; a list has "ipc" in it.
---@field serialization "json"|"advanced"|nil Accepted for Node's sake.
---@field uid integer? The user (0..4294967294).
---@field gid integer? The group (0..4294967294).
---@field ipc table? moonherd only: limits of the channel, as for child_process.fork.
---@field windowsHide boolean? Accepted for Node's sake.

--- Says what later forks are started with. Settings are cumulative: the defaults, then those in force, then these.
---
--- Raises: ERR_INVALID_ARG_VALUE, for a setting that there is not; ERR_INSPECTOR_NOT_AVAILABLE. Nothing is changed
--- then.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#clustersetupprimarysettings
---@param settings moonherd.cluster.SettingsOptions?
function cluster.setupPrimary(settings) end

--- The same, by its old name.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#clustersetupmastersettings
cluster.setupMaster = cluster.setupPrimary

--- Starts a worker. "setup" and "fork" follow, then "online", once its script runs. Ids count up, and are not used
--- again.
---
--- Raises: what child_process.fork raises; ERR_CHILD_PROCESS_IPC_REQUIRED, when `stdio` leaves no room for the channel.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#clusterforkenv
---@param env table<string, any>? added to this process's environment; values become texts
---@return moonherd.Worker
function cluster.fork(env) end

--- How long who leaves may take.
---@class moonherd.cluster.DisconnectOptions
---@field deadline integer? moonherd only: after this time what is still open is cut (ms, 0..2147483647, default:
---never).

--- Asks every worker to leave, as worker:disconnect does. Two forms: (callback), and moonherd's own (options,
--- callback).
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#clusterdisconnectcallback
---@param options moonherd.cluster.DisconnectOptions|fun()|nil
---@param callback fun()? called once all workers are gone; never from inside this call
function cluster.disconnect(options, callback) end

-- Guard ---------------------------------------------------------------------------------------------------------------

--- What the guard does. `false` in place of a section switches that off; `true`, or a table, on again.
---@class moonherd.cluster.GuardOptions
---@field workers integer? How many there shall be (1..4096, default: half the CPUs, rounded up).
---@field heartbeat moonherd.cluster.HeartbeatOptions|boolean|nil When a worker hangs.
---@field respawn moonherd.cluster.RespawnOptions|boolean|nil When who has died is replaced.
---@field memory moonherd.cluster.MemoryOptions|boolean|nil How large a worker may be.
---@field breaker moonherd.cluster.BreakerOptions|boolean|nil When a herd that dies again and again is left alone.
---@field stop moonherd.cluster.StopOptions? How the herd ends.

--- A worker that has not answered `misses` pings is a zombie, and killed.
---@class moonherd.cluster.HeartbeatOptions
---@field interval integer? Between two pings (ms, 1..86400000, default 10000).
---@field misses integer? Unanswered pings (1..1000, default 3).

--- When a dead worker's replacement starts.
---@class moonherd.cluster.RespawnOptions
---@field delay integer|moonherd.cluster.BackoffOptions|(fun(facts: moonherd.cluster.RespawnFacts): integer|false)|nil
---The time until then (ms, 0..86400000, default 5000); or one that grows; or a function that returns it, or false for
---never.

--- A delay that grows from death to death, until a worker has lived for a minute.
---@class moonherd.cluster.BackoffOptions
---@field min integer? After the first death (ms, 0..86400000, default 100).
---@field max integer? At most (ms, 0..86400000, default 30000).
---@field factor number? From one death to the next (1..1000, default 2).
---@field jitter number? The share of the delay that is left to chance (0..1, default 0.5).

--- What a function for the delay gets.
---@class moonherd.cluster.RespawnFacts
---@field failures integer Deaths in a row, this one included, of workers that had not lived long (0..).
---@field lived number How long this one lived (ms, 0..).
---@field cause string "exit", "signal", "zombie", "memory", "spawn", or "left": with code 0.
---@field worker integer Its id (1..).

--- The larger of resident set and Lua heap counts.
---@class moonherd.cluster.MemoryOptions
---@field hard integer|boolean|nil What is larger is killed; false: nothing is (bytes, 1048576..2^48, default
---734003200).
---@field soft integer|boolean|nil What is larger is asked to leave, and replaced (bytes, 1048576..2^48, default false).

--- So many deaths in so much time open the breaker: nobody is forked. After `cooldown` one worker is tried.
---@class moonherd.cluster.BreakerOptions
---@field deaths integer? That were not asked for (1..1000, default 10).
---@field within integer? The time in which they count (ms, 1..86400000, default 60000).
---@field cooldown integer? How long it stays open (ms, 1..86400000, default 60000).
---@field trial integer|boolean|nil How long the one that is tried has to live (ms, 1..86400000); false, the default:
---5000, or `within` if that is less.

--- What the breaker rests on.
---@class moonherd.cluster.BreakerFacts
---@field state "closed"|"open"|"halfOpen" Whether workers are forked: all, none, or one that is tried.
---@field deaths integer In the last `within` ms, or those that opened it and later ones (0..).
---@field causes table<string, integer> The same by cause, see RespawnFacts.
---@field within integer? As in the options (ms, 1..).
---@field cooldown integer? As in the options (ms, 1..).
---@field nextAt number? When the state changes, if nothing else happens, by the clock of process.hrtime (ms, 0..).
---@field nextIn number? In how long the state changes, if nothing else happens (ms, 0..).

--- SIGTERM or SIGINT to the master asks the herd to leave; a second one kills it.
---@class moonherd.cluster.StopOptions
---@field grace integer? How long it may take; then the rest is killed (ms, 0..86400000, default 5000). A worker that
---has ended its channel has this time, too, before it is killed.

--- Keeps the herd at its number: forks, replaces who dies, kills who hangs or grows, and ends all in order at SIGTERM
--- or SIGINT. Addresses without a worker stay open, and their clients wait for the next. Called again it changes what
--- is named, in the running herd.
---
--- Raises: ERR_INVALID_ARG_VALUE for an option that there is not, ERR_OUT_OF_RANGE; the error has the option's path in
--- `option`. Nothing is changed then.
---
--- moonherd only
---@param options moonherd.cluster.GuardOptions?
---@return moonherd.cluster.GuardOptions options those in force, a copy
function cluster.guard(options) end

-- Workers -------------------------------------------------------------------------------------------------------------

--- What `Worker` makes one of.
---@class moonherd.cluster.WorkerOptions
---@field id integer? Its number (0.., default 0).
---@field state string? What it is doing (default "none").
---@field process table? A ChildProcess: its "error" and "message" events are the Worker's, too.

--- A worker: in the master one of those that `fork` has started, in the worker itself `cluster.worker`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#class-worker
---@class moonherd.Worker: moonherd.EventEmitter
---@field id integer Its number (0..).
---@field process table? The ChildProcess; in the worker itself `process`.
---@field state string "none", "online", "listening", "disconnecting", "disconnected", "destroying" or "dead".
---@field exitedAfterDisconnect boolean? Whether its end was asked for; nil while it lives and was not asked.
--- In the master: its script is about to run.
---@field on fun(self: self, event: "online", listener: fun()): self
--- In the master: a server of it is at an address, see the event of `cluster`.
---@field on fun(self: self, event: "listening", listener: fun(address: table)): self
--- The other end has sent a message.
---@field on fun(self: self, event: "message", listener: fun(message: any, handle: any)): self
--- The channel has ended.
---@field on fun(self: self, event: "disconnect", listener: fun()): self
--- In the master: the process has ended.
---@field on fun(self: self, event: "exit", listener: fun(code: integer?, signal: string?)): self
--- It could not be started, or not be sent something; raised where nobody listens.
---@field on fun(self: self, event: "error", listener: fun(err: moonherd.Error)): self
local Worker = {}

--- A Worker by hand; `fork` makes those that are workers.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#class-worker
---@param options moonherd.cluster.WorkerOptions?
---@return moonherd.Worker
function cluster.Worker(options) end

--- As child:send: (message, handle?, options?, callback?).
---
--- Raises: ERR_MISSING_ARGS without a message; ERR_INVALID_STATE, if it has no process.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#workersendmessage-sendhandle-options-callback
---@param ... any
---@return boolean more false: enough is queued for now
function Worker:send(...) end

--- Sends a message that wants an answer, and waits for it in a task: (message, options?); or, anywhere, calls back with
--- an error or the answer: (message, options?, callback). What can come of it: see `request` of moonherd.ChildProcess.
---
--- Raises: ERR_MISSING_ARGS without a message; ERR_INVALID_STATE, if it has no process; ERR_NOT_IN_TASK without a
--- callback outside of a task; ERR_IPC_UNSENDABLE for a table that contains itself.
---
--- moonherd only
---@param message any what `send` takes
---@param options number|moonherd.child_process.RequestOptions|function|nil a number is the timeout (ms, 0.., default
---30000)
---@param callback fun(err: moonherd.Error?, answer: any)?
---@return any answer true for one that is nil, nil with an error; with a callback, false when enough waits to be sent
---@return moonherd.Error? err
function Worker:request(message, options, callback) end

--- Has `handler(message, handle)` answer the requests of the other end: see `onRequest` of moonherd.ChildProcess.
---
--- Raises: ERR_IPC_REQUEST_HANDLER_SET while there is another; ERR_INVALID_STATE, if it has no process.
---
--- moonherd only
---@param handler (fun(message: any, handle: any): any, any)|nil returns the answer, or nil and an error; nil takes it
---away
function Worker:onRequest(handler) end

--- Whether messages can be sent.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#workerisconnected
---@return boolean
function Worker:isConnected() end

--- Whether its process has ended.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#workerisdead
---@return boolean
function Worker:isDead() end

--- Asks it to leave: it gets no more connections, closes the servers that listen through the master, answers what it
--- has, ends its channel, and lives on as long as it has other work. Answers of http servers that leave end their
--- connections. Without a deadline one connection that never ends holds it for ever.
---
--- Raises: ERR_INVALID_STATE, if it was not forked by this cluster.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#workerdisconnect
---@param options moonherd.cluster.DisconnectOptions?
---@return self
function Worker:disconnect(options) end

--- In the master: sends a signal, and no more. In the worker itself: leaves at once with code 0, whatever the signal.
---
--- Raises: ERR_UNKNOWN_SIGNAL; ERR_INVALID_STATE, if it has no process.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#workerkillsignal
---@param signal string|integer|nil its name or number (0..64, default "SIGTERM")
function Worker:kill(signal) end

--- The same, by its old name.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/cluster.html#workerkillsignal
Worker.destroy = Worker.kill

--- What is known of a worker without asking it.
---@class moonherd.cluster.Facts
---@field id integer Its number (1..).
---@field pid integer Of its process (1..).
---@field state string As worker.state.
---@field busyFor number How long it has been in one callback (ms, 0..).
---@field heardAgo number How long nothing was heard of it (ms, 0..).
---@field missed integer Pings in a row without an answer (0..).
---@field lag number By how much its loop was late (ms, 0..).
---@field turns number Turns of its loop (0..).
---@field connections integer That it has (0..).
---@field requests number That it has had (0..).
---@field inFlight integer That it is answering (0..).
---@field luaBytes number Of its Lua heap (bytes, 0..).
---@field offered integer Connections that it was offered and has not taken yet (0..).
---@field taken number Connections that it has taken (0..).
---@field returned number Connections that it was offered and did not take (0..).
---@field lastRequest string? Method and path of what it has begun to answer last.
---@field rss number? Resident set of its process (bytes, 0..).
---@field processState string? A letter of /proc: R, S, D, T, Z.
---@field silence number? Of a zombie: for how long it was silent (ms, 0..).
---@field reason string? Of "zombie" and "memory": why, in words.

--- In the master: what is known of it now.
---
--- moonherd only
---@return moonherd.cluster.Facts? facts nil once it is dead
function Worker:facts() end

return cluster
