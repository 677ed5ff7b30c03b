--- A tour of what an engine can open, for test_tour.c, which gives it to the engine as its main module: every kind of
--- object is opened, used and closed, through moonherd.core alone. Ends with core.exit: 0, or 1 when anything failed.
--
--     tour            all of it
--     drill           all of it, and failing is nothing to write about
--     throw           all of it, and every callback throws once it has done its work
--     open            opens everything, and leaves it so
--     silent          no handlers: the first error is the host's affair
--     handler         the handler of errors throws itself
--     tick            throws in a tick, without handlers

local core = require("moonherd.core")

local LARGE = ("x"):rep(1024 * 1024)

local throwing = false
local thrown = {} -- by callback's name
local waiting = 0 -- stops of the tour that are not through

-- Ends -------------------------------------------------------------------------------------------------------------

local function fail(reason)
    core.exit(1)
    error({ gave_up = true, reason = reason }, 0)
end

--- The values of a core function, unless they are nil, message, code.
local function need(value, ...)
    if value == nil then
        fail(select(2, ...))
    end
    return value, ...
end

local EXPECTED = {
    "on_timer", "on_immediate", "on_tick", "on_message", "on_messages", "on_internal", "on_drain", "on_end",
    "on_closed", "on_exit", "on_connect", "on_accept", "on_data", "on_shutdown", "on_resolved", "on_signal",
    "on_silent", "on_request", "on_body", "on_received", "on_flushed",
}

local function finish()
    waiting = waiting - 1
    if waiting > 0 then
        return
    end
    for _, name in ipairs(EXPECTED) do
        if throwing and not thrown[name] then
            fail("nothing was thrown in " .. name)
        end
    end
    core.exit(0)
end

-- Owners -----------------------------------------------------------------------------------------------------------

local function throw(name)
    if throwing then
        thrown[name] = true
        error("thrown in " .. name)
    end
end

--- An owner whose callbacks do what they are given to do, then throw if that is what the tour is about.
local function owner(methods)
    return setmetatable({}, {
        __index = function(_, name)
            local method = methods[name]
            return method ~= false and function(self, ...)
                if method then
                    method(self, ...)
                end
                throw(name)
            end or nil
        end,
    })
end

local function fail_on_code(_, code)
    if code then
        fail(code)
    end
end

-- The stops --------------------------------------------------------------------------------------------------------

local stops = {}

local net = require("tour_net")({
    core = core,
    stops = stops,
    owner = owner,
    need = need,
    fail = fail,
    fail_on_code = fail_on_code,
    finish = finish,
    large = LARGE,
    --- So many more ends are waited for.
    wait_for = function(count)
        waiting = waiting + count
    end,
})

function stops.timer()
    local count = 0
    local own = owner({
        on_timer = function(self)
            count = count + 1
            if count == 3 then
                self.box:close()
            end
        end,
        on_closed = finish,
    })
    own.box = need(core.timer(own))
    own.box:start(1, 1)
end

function stops.immediate()
    local own = owner({
        on_immediate = function(self)
            self.box:close()
        end,
        on_closed = finish,
    })
    own.box = need(core.immediate(own))
    own.box:start(true)
end

function stops.tick(handlers)
    handlers.on_tick = function()
        handlers.on_tick = function() end
        finish()
        throw("on_tick")
    end
    core.tick()
end

function stops.signal()
    local told = false
    local own = owner({
        on_signal = function(self)
            if not told then -- other engines in this process raise it too
                told = true
                self.box:close()
            end
        end,
        on_closed = finish,
    })
    own.box = need(core.signal(own, core.signals.SIGUSR2))
    own.box:ref()
    need(core.kill(core.pid(), core.signals.SIGUSR2))
end

function stops.process()
    local own = owner({
        on_exit = function(_, code)
            if code ~= 3 then
                fail("exit code")
            end
        end,
        on_closed = finish,
    })
    own.box = need(core.spawn(own, { file = "/bin/sh", args = { "-c", "exit 3" }, env = {}, fds = {} }))
    -- One that cannot be: its box never opens.
    if core.spawn(owner({}), { file = "/nowhere", args = {}, env = {}, fds = {} }) then
        fail("spawned what is not there")
    end
end

--- One that runs while all else waits.
function stops.sync()
    local text = ("y"):rep(100000)
    local done = need(core.spawnSync({
        file = "/bin/cat",
        args = {},
        env = {},
        fds = {},
        pipes = { [0] = text, [1] = false },
        timeout = 60000,
    }))
    if done.status ~= 0 or done.output[1] ~= text then
        fail("output of a program")
    end
    if core.spawnSync({ file = "/nowhere", args = {}, env = {}, fds = {}, pipes = { [1] = false } }) then
        fail("ran what is not there")
    end
    finish()
end

--- Two channels of this process, joined. Returns both owners.
local function joined(methods_a, methods_b)
    local ours, theirs = need(core.channelPair())
    local a, b = owner(methods_a), owner(methods_b)
    local box, _, code = core.channel(a, ours)
    a.box = box
    if not box then
        core.closeFd(theirs)
        fail(code)
    end
    b.box = need(core.channel(b, theirs))
    a.box:readStart()
    b.box:readStart()
    return a, b
end

--- Takes the first of two messages; called again, for the rest, it answers.
local function list_of_two(self, list, count)
    if list then
        self.list, self.count = list, count
    elseif self.count == 2 and self.list[2] == 2 then
        need(self.box:send("with a descriptor", { need(core.openNull()) }))
    else
        fail("list of messages")
    end
end

function stops.channel()
    local a = joined({
        on_message = function(self, message, fds)
            core.closeFd(fds[1])
            if message ~= "with a descriptor" then
                fail("message")
            end
            self.box:finish()
        end,
        on_drain = fail_on_code,
        on_end = fail_on_code,
        on_closed = finish,
    }, {
        on_internal = function(_, message)
            if message.text ~= LARGE then
                fail("internal message")
            end
        end,
        on_messages = list_of_two,
        on_end = fail_on_code,
        on_closed = finish,
    })
    waiting = waiting + 1 -- both close
    need(a.box:hello())
    need(a.box:sendInternal({ text = LARGE, 1, 2, 3, nested = { {} } }))
    need(a.box:send(1))
    need(a.box:send(2))
end

--- A worker that is this process too: its connections take the way of a herd's.
function stops.worker()
    local master, child =
        joined({ on_end = fail_on_code, on_closed = finish }, { on_end = fail_on_code, on_closed = finish })
    local worker_own, child_own, share_own =
        owner({ on_closed = finish }), owner({ on_closed = finish }), owner({ on_closed = finish })
    waiting = waiting + 5
    local worker = need(core.worker(worker_own))
    local page = need(core.dup(worker:pageFd()))
    worker:closePageFd()
    worker:attach(master.box)
    worker:heartbeat(1, 1000000)
    local child_box = need(core.child(child_own, child.box, page))
    local fd, port = net.listening()
    local share = need(core.share(share_own, 7, fd))
    local server
    local server_own = owner({
        on_accept = function(_, accepted)
            local client_end = owner({ on_closed = finish })
            client_end.box = need(core.stream(client_end, accepted))
            client_end.box:close()
            server:close()
            share:close()
            child_box:close()
            worker:close()
            master.box:finish()
        end,
    })
    server = need(core.serve(server_own, child_box, 7))
    need(share:join(worker))
    need(worker:facts())
    need(share:facts())
    waiting = waiting + 1
    local client = owner({
        on_connect = function(self, _, code)
            fail_on_code(nil, code)
            self.box:readStart()
        end,
        on_end = function(self)
            self.box:close()
        end,
        on_error = function(self)
            self.box:close()
        end,
        on_closed = finish,
    })
    client.box = need(core.connect(client, "127.0.0.1", port))
end

--- A worker that does not answer.
function stops.silence()
    local master, child =
        joined({ on_end = fail_on_code, on_closed = finish }, { on_end = fail_on_code, on_closed = finish })
    waiting = waiting + 2
    child.box:readStop()
    local own = owner({
        on_silent = function(self)
            self.box:close()
            master.box:close()
            child.box:close()
        end,
        on_closed = finish,
    })
    own.box = need(core.worker(own))
    own.box:closePageFd()
    own.box:attach(master.box)
    own.box:heartbeat(1, 2)
end

-- Everything open --------------------------------------------------------------------------------------------------

local function open_all()
    local a = joined({}, {})
    need(a.box:send(LARGE, { need(core.openNull()) }))
    need(a.box:send({ more = LARGE }))
    need(core.timer(owner({}))):start(0, 1)
    need(core.timer(owner({})))
    need(core.immediate(owner({}))):start(true)
    need(core.signal(owner({}), core.signals.SIGUSR2))
    need(core.resolve(owner({}), "localhost"))
    need(core.spawn(owner({}), { file = "/bin/true", args = {}, env = {}, fds = {} }))
    stops.stream()
    stops.datagram()
    stops.http()
    stops.worker()
    stops.silence()
end

-- Starting ---------------------------------------------------------------------------------------------------------

local function handlers_of(what)
    local handlers = {}
    function handlers:on_error(err)
        self.errors = (self.errors or 0) + 1
        if what == "handler" then
            error("thrown in the handler")
        elseif type(err) == "table" and err.gave_up then
            if what ~= "drill" then
                io.stderr:write("tour: ", tostring(err.reason), "\n")
            end
        elseif not (throwing and tostring(err):find("thrown in on_", 1, true)) then
            io.stderr:write("tour: ", tostring(err), "\n")
            core.exit(1)
        end
    end
    return handlers
end

return function(_, what)
    throwing = what == "throw"
    if what == "silent" then
        error(42, 0)
    elseif what == "tick" then
        core.tick()
        return
    end
    local handlers = handlers_of(what)
    core.handlers(handlers)
    if what == "handler" then
        error("thrown in the script")
    elseif what == "open" then
        waiting = 1000
        return open_all()
    end
    local names = {}
    for name in pairs(stops) do
        names[#names + 1] = name
    end
    table.sort(names)
    waiting = #names
    for _, name in ipairs(names) do
        stops[name](handlers)
    end
end
