--- What is open in this process, as process.getActiveResourcesInfo and the report tell it. Adds its part to `process`.
--
--     for _, resource in ipairs(active.list()) do
--         print(resource.type, resource.referenced, resource.age_ms)     -- "TCPSocketWrap", true, 1200
--     end
--
-- Types are called as Node calls them, so that tools for its lists understand ours.

local core = require("moonherd.core")
local immediates = require("moonherd.immediates")
local timer_queue = require("moonherd.timers.queue")

local M = {}

local SOCKETS = { tcp = "TCPSocketWrap", pipe = "PipeWrap" }

local function socket_type(box)
    local fd = box:fd()
    return fd and SOCKETS[core.streamKind(fd)] or "TTYWrap"
end

local function listener_type(box)
    local fd = box:fd()
    local _, family = core.fdKind(fd)
    return family == "unix" and "PipeWrap" or "TCPServerWrap"
end

--- What the engine's objects are to Node; what is not named here has no counterpart, or is part of another.
local TYPES = {
    stream = socket_type,
    file = "FSReqCallback",
    listener = listener_type,
    share = "TCPServerWrap",
    server = "TCPServerWrap", -- of a worker, whose connections come from its master
    http = "TCPSocketWrap",
    datagram = "UDPWrap",
    process = "ProcessWrap",
    signal = "SignalWrap",
    channel = "PipeWrap",
    resolve = "GetAddrInfoReqWrap",
}

---@class moonherd.Resource
---@field type string
---@field kind string the engine's own name
---@field referenced boolean keeps the program alive
---@field age_ms number
---@field box userdata

--- The objects of the engine that are open, oldest first; timers and immediates are not among them.
---@return moonherd.Resource[]
function M.list()
    local resources = {}
    for _, entry in ipairs(core.boxes()) do
        local box = entry[1]
        local kind = getmetatable(box).__name
        local name = TYPES[kind]
        if name then
            resources[#resources + 1] = {
                type = type(name) == "function" and name(box) or name,
                kind = kind,
                -- A request has nothing to ask, and is waited for.
                referenced = not box.hasRef or box:hasRef(),
                age_ms = entry[2],
                box = box,
            }
        end
    end
    return resources
end

--- The types of what keeps the program alive.
---@return string[]
function M.types()
    local names = {}
    for _, resource in ipairs(M.list()) do
        if resource.referenced then
            names[#names + 1] = resource.type
        end
    end
    for _ = 1, timer_queue.referenced() do
        names[#names + 1] = "Timeout"
    end
    for _ = 1, immediates._referenced() do
        names[#names + 1] = "Immediate"
    end
    return names
end

---@param method fun(name: string, fn: function)
function M.install(method)
    method("getActiveResourcesInfo", M.types)
end

return M
