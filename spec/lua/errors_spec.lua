local errors = require("moonherd.errors")
local check = require("moonherd.check")

-- This file as `at` spells it.
local HERE = debug.getinfo(1, "S").source:sub(2)

local function current_line()
    return debug.getinfo(2, "l").currentline
end

describe("errors.new", function()
    it("makes a table with Node's fields that prints its name, code and message", function()
        local err = errors.new("RangeError", "ERR_X", "too far", { port = 80 })
        assert.equal("RangeError", err.name)
        assert.equal("ERR_X", err.code)
        assert.equal("too far", err.message)
        assert.equal(80, err.port)
        assert.equal("RangeError [ERR_X]: too far", tostring(err))
    end)

    it("prints without brackets when there is no code", function()
        assert.equal("Error: plain", tostring(errors.new("Error", nil, "plain")))
    end)

    it("captures the stack from the caller's frame on", function()
        local function culprit()
            local err = errors.new("Error", "E", "m")
            return err
        end
        local first_frame = culprit().stack:match("stack traceback:\n%s*([^\n]*)")
        assert.matches("errors_spec.lua:%d+: in function 'culprit'", first_frame)
        assert.equal("Error [E]: m", culprit().stack:match("^[^\n]*"))
    end)

    it("starts the stack in the caller's frame for checks too", function()
        local function culprit()
            check.string(5, "x")
            return true
        end
        local _, err = pcall(culprit)
        assert.matches("^[^\n]*\nstack traceback:\n%s*%S*errors_spec.lua:%d+: in function", err.stack)
    end)

    it("says where, in the user's own file", function()
        local line = current_line() + 1
        local err = errors.new("Error", "E", "m")
        assert.equal(HERE .. ":" .. line, err.at)
    end)

    it("passes over frames of the library, embedded or in its directory, to find where", function()
        local own_dir = debug.getinfo(errors.new, "S").source:match("^(@.*)errors%.lua$")
        for _, source in ipairs({ "@moonherd/net.lua", "@moonherd/cluster/primary.lua", own_dir .. "net.lua" }) do
            local inner = assert(loadstring("local f = ...; local err = f('Error', 'E', 'm'); return err", source))
            local line = current_line() + 1
            local err = inner(errors.new)
            assert.equal(HERE .. ":" .. line, err.at)
            assert.matches("net.lua", (err.stack:gsub("primary.lua", "net.lua")))
        end
    end)

    it("passes over C and stripped code, which have no lines", function()
        local stripped = loadstring(string.dump(loadstring("local f = ...; f = f('Error', 'E', 'm'); return f"), true))
        local line = current_line() + 1
        local _, err = pcall(stripped, errors.new)
        assert.equal(HERE .. ":" .. line, err.at)
    end)

    it("has no `at` when nothing but the library is on the stack", function()
        local code = "local f = ...; local err = f('Error', 'E', 'm'); coroutine.yield(err)"
        local inner = loadstring(code, "@moonherd/x.lua")
        local _, err = coroutine.resume(coroutine.create(inner), errors.new)
        assert.is_nil(err.at)
        assert.equal("m", err.message)
    end)

    it("names a chunk that is no file as Lua does", function()
        local err = loadstring("local err = ...; err = err('Error', 'E', 'm'); return err", "return 1")(errors.new)
        assert.equal('[string "return 1"]:1', err.at)
    end)
end)

describe("errors.is", function()
    it("knows its own errors and classes that print themselves, and nothing else", function()
        assert.is_true(errors.is(errors.new("Error", "E", "m")))
        assert.is_true(errors.is(setmetatable({}, { __tostring = function() return "mine" end })))
        assert.is_false(errors.is("text"))
        assert.is_false(errors.is(nil))
        assert.is_false(errors.is({ message = "m" }))
        assert.is_false(errors.is(setmetatable({}, { __metatable = false })))
    end)
end)

describe("argument errors", function()
    local function message_of(err, name, code)
        assert.equal(name, err.name)
        assert.equal(code, err.code)
        return err.message
    end

    it("word a wrong type as Node does", function()
        local function with(arg, expected, actual)
            return message_of(errors.arg_type(arg, expected, actual), "TypeError", "ERR_INVALID_ARG_TYPE")
        end
        assert.equal(
            'The "listener" argument must be of type function. Received type number (5)',
            with("listener", "function", 5)
        )
        assert.equal(
            'The "options.cwd" property must be of type string. Received nil',
            with("options.cwd", "string", nil)
        )
        assert.equal(
            'The "x" argument must be one of type boolean or string. Received a table',
            with("x", { "boolean", "string" }, {})
        )
        assert.equal(
            'The "x" argument must be one of type boolean, number, or string. Received a table',
            with("x", { "boolean", "number", "string" }, {})
        )
        assert.equal(
            'The "x" argument must be of type number. Received type boolean (true)',
            with("x", { "number" }, true)
        )
        assert.equal(
            "The first argument must be of type string. Received type number (1)",
            with("first argument", "string", 1)
        )
    end)

    it("word a wrong value as Node does", function()
        local function with(...)
            return message_of(errors.arg_value(...), "TypeError", "ERR_INVALID_ARG_VALUE")
        end
        assert.equal("The argument 'stdio' is invalid. Received 'zz'", with("stdio", "zz"))
        assert.equal("The argument 'file' cannot be empty. Received ''", with("file", "", "cannot be empty"))
        assert.equal("The property 'options.kind' is invalid. Received 3", with("options.kind", 3))
    end)

    it("word a value out of range as Node does, big integers grouped", function()
        local function received(value)
            local err = errors.out_of_range("offset", ">= 0 && <= 2", value)
            local message = message_of(err, "RangeError", "ERR_OUT_OF_RANGE")
            local prefix = 'The value of "offset" is out of range. It must be >= 0 && <= 2. Received '
            assert.equal(prefix, message:sub(1, #prefix))
            return message:sub(#prefix + 1)
        end
        assert.equal("-1", received(-1))
        assert.equal("1.5", received(1.5))
        assert.equal("4294967296", received(2 ^ 32))
        assert.equal("5_000_000_000", received(5e9))
        assert.equal("-5_000_000_000", received(-5e9))
        assert.equal("500_000_000_000", received(5e11))
        assert.equal("-500_000_000_000", received(-5e11))
        assert.equal("inf", received(math.huge))
        assert.equal("nan", received(0 / 0))
    end)

    it("name missing arguments", function()
        local function with(...)
            return message_of(errors.missing_args(...), "TypeError", "ERR_MISSING_ARGS")
        end
        assert.equal('The "message" argument must be specified', with("message"))
        assert.equal('The "a" and "b" arguments must be specified', with("a", "b"))
        assert.equal('The "a", "b", and "c" arguments must be specified', with("a", "b", "c"))
    end)
end)

describe("errors.system", function()
    it("reads as Node's messages", function()
        local connect = errors.system("ECONNREFUSED", -111, "connect", { address = "127.0.0.1", port = 1 })
        assert.equal("connect ECONNREFUSED 127.0.0.1:1", connect.message)
        local listen = errors.system("EADDRINUSE", -98, "listen", { address = "127.0.0.1", port = 80 })
        assert.equal("listen EADDRINUSE: address already in use 127.0.0.1:80", listen.message)
        assert.equal("spawn nope ENOENT", errors.system("ENOENT", -2, "spawn nope", { path = "nope" }).message)
        assert.equal("connect ENOENT /nope", errors.system("ENOENT", -2, "connect", { address = "/nope" }).message)
        local bind = errors.system("EINVAL", nil, "bind", { address = "0.0.0.0", port = 0 })
        assert.equal("bind EINVAL 0.0.0.0", bind.message)
        assert.equal("write EPIPE", errors.system("EPIPE", -32, "write").message)
    end)

    it("carries code, errno, syscall and the fields", function()
        local args = { "a" }
        local err = errors.system("ENOENT", -2, "spawn nope", { path = "nope", spawnargs = args })
        assert.equal("Error", err.name)
        assert.equal("ENOENT", err.code)
        assert.equal(-2, err.errno)
        assert.equal("spawn nope", err.syscall)
        assert.equal("nope", err.path)
        assert.equal(args, err.spawnargs)
        assert.equal("Error [ENOENT]: spawn nope ENOENT", tostring(err))
    end)

    it("takes a number of either sign, or looks it up", function()
        assert.equal(-13, errors.system("EACCES", 13, "listen").errno)
        assert.equal(-13, errors.system("EACCES", nil, "listen").errno)
        assert.is_nil(errors.system("EWHATEVER", nil, "listen").errno)
    end)

    it("agrees with the system about its numbers and has libuv's words", function()
        local ffi = require("ffi")
        ffi.cdef("char *strerror(int)")
        for code, words in pairs({
            ENOENT = "No such file or directory",
            EADDRINUSE = "Address already in use",
            ECONNREFUSED = "Connection refused",
            EMFILE = "Too many open files",
            ETIMEDOUT = "Connection timed out",
            ENOTCONN = "Transport endpoint is not connected",
            EHOSTUNREACH = "No route to host",
            EMSGSIZE = "Message too long",
            ECANCELED = "Operation canceled",
        }) do
            assert.equal(words, ffi.string(ffi.C.strerror(-errors.system(code, nil, "x").errno)))
        end
    end)

    it("puts a given reason into the message and not on the error", function()
        local err = errors.system("EMFILE", nil, "accept", { reason = "too many open files" })
        assert.equal("accept EMFILE: too many open files", err.message)
        assert.is_nil(err.reason)
    end)
end)

describe("other errors", function()
    it("abort carries its cause", function()
        local err = errors.abort("why")
        assert.equal("AbortError [ABORT_ERR]: The operation was aborted", tostring(err))
        assert.equal("why", err.cause)
    end)

    it("come by code with Node's wording", function()
        assert.equal("Error [ERR_IPC_CHANNEL_CLOSED]: Channel closed", tostring(errors.of("ERR_IPC_CHANNEL_CLOSED")))
        local signal = errors.of("ERR_UNKNOWN_SIGNAL", "SIGX")
        assert.equal("TypeError [ERR_UNKNOWN_SIGNAL]: Unknown signal: SIGX", tostring(signal))
        assert.has_error(function()
            errors.of("ERR_NO_SUCH")
        end)
    end)

    it("of a code start in the caller's frame", function()
        local line = current_line() + 1
        local err = errors.of("ERR_SERVER_NOT_RUNNING")
        assert.equal(HERE .. ":" .. line, err.at)
    end)
end)
