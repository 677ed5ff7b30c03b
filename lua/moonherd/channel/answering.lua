--- The end of a channel that answers: requests that have come, and their handler. See channel/requests.

local exit = require("moonherd.process.exit")
local luggage = require("moonherd.channel.luggage")
local messages = require("moonherd.channel.message")
local process = require("moonherd.process")
local report = require("moonherd.process.report")
local tasks = require("moonherd.async.task")

local M = {
    ANSWER = "MOONHERD_ANSWER",
}

local function text(value)
    return type(value) == "string" and value or nil
end

--- Why it could not be sent, if so: a code and words.
local function send_answer(self, id, body, err)
    if not self.ipc.target.connected then
        return "ERR_IPC_CHANNEL_CLOSED"
    end
    local _, words, code = messages.send(self.ipc, "sendInternal", body, nil, nil, function(copy)
        return { cmd = M.ANSWER, id = id, body = copy, err = err }
    end)
    return code, words
end

local function send_failure(self, id, err)
    return send_answer(self, id, nil, err)
end

--- What the other end is told of an error.
local function describe(err, traceback)
    local is_table = type(err) == "table"
    local message = is_table and text(err.message) or report.message(err)
    local stack = text(is_table and err.stack or traceback)
    local code = is_table and (type(err.code) == "number" and err.code or text(err.code)) or nil
    return {
        message = message,
        name = is_table and text(err.name) or nil,
        code = code,
        stack = stack and report.trim(stack),
    }
end

--- The answer goes out; one that cannot be sent is a failure too. What nobody hears any more is not lost in silence.
local function answer(self, id, body)
    local ok, code, words = pcall(send_answer, self, id, body)
    if not ok then
        send_failure(self, id, describe(code))
    elseif code and code ~= "ERR_IPC_CHANNEL_CLOSED" then
        send_failure(self, id, describe(messages.refused(words, code)))
    end
end

--- Calls the handler, in a task of its own, and answers with what it returns.
local function serve(self, id, body, handle)
    local traceback
    local function run(...)
        local result, err = self.handler(...)
        if getmetatable(result) == tasks.Task then
            return result:wait() -- the handler was made by async.wrap
        end
        return result, err
    end
    local ok, result, err = xpcall(run, function(err)
        traceback = report.trim((debug.traceback("", 2):gsub("^\n", "")))
        return err
    end, body, handle)
    if not ok and exit.is_leaving(result) then
        error(result, 0)
    end
    self.serving = self.serving - 1
    if ok and (result ~= nil or err == nil) then
        answer(self, id, result)
    elseif send_failure(self, id, describe(ok and err or result, traceback)) and not ok then
        process.emitWarning(("A request handler failed, and %s does not hear of it any more: %s"):format(
            self.ipc.peer(), report.describe(result, traceback)))
    end
    if self.serving == 0 and self.on_idle then
        local on_idle = self.on_idle
        self.on_idle = nil
        on_idle()
    end
end

--- A request has come, in whatever shape. Takes the descriptors.
---@param self moonherd.Requests
---@param message table
---@param fds integer[]?
function M.hear(self, message, fds)
    local id = message.id
    if type(id) ~= "number" then
        self.stray = self.stray + 1
        return luggage.discard(fds)
    end
    if not self.handler then
        luggage.discard(fds)
        return send_failure(self, id, {
            code = "ERR_IPC_NO_REQUEST_HANDLER",
            message = "it has no handler for requests; onRequest sets one",
        })
    elseif self.leaving then
        luggage.discard(fds)
        return send_failure(self, id, {
            code = "ERR_IPC_LEAVING",
            message = "it is leaving, and takes no more requests",
        })
    elseif self.serving >= self.limit then
        luggage.discard(fds)
        return send_failure(self, id, {
            code = "ERR_IPC_TOO_MANY_REQUESTS",
            message = ("it is busy with %d requests and takes no more (ipc.requests of fork)"):format(self.limit),
        })
    end
    self.serving = self.serving + 1
    tasks.start(serve, self, id, message.body, messages.handle_of(fds))
end

return M
