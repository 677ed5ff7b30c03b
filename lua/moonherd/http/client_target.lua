--- What an http.request is to be made of: (url?, options?, callback?) to one checked table.
--
--     local options, callback = target.read("http://localhost:8000/a?b", { method = "POST" }, fn)
--
-- options: host, port, path, method, headers, auth, agent, socketPath, timeout, localAddress, localPort, family,
-- createConnection, setHost, signal, maxHeaderSize, joinDuplicateHeaders, uniqueHeaders. What else there is goes on to
-- net.connect or to createConnection.

local abort = require("moonherd.abort")
local check = require("moonherd.check")
local errors = require("moonherd.errors")
local headers = require("moonherd.http.headers")
local net_options = require("moonherd.net.options")
local parsing = require("moonherd.http.parsing")

local M = {}

local function invalid_url(text)
    error(errors.new("TypeError", "ERR_INVALID_URL", "Invalid URL", { input = text }), 0)
end

--- A URL's parts.
local function read_url(text)
    local scheme, rest = text:match("^%s*(%a[%w+.-]*):(.*)$")
    if not scheme then
        invalid_url(text)
    elseif scheme:lower() ~= "http" then
        error(errors.of("ERR_INVALID_PROTOCOL", scheme:lower() .. ":"), 0)
    end
    local authority, path = rest:match("^//([^/?#]+)([^#]*)")
    if not authority then
        invalid_url(text)
    end
    local auth, place = authority:match("^(.*)@(.*)$")
    place = place or authority
    local host, port = place:match("^%[(.*)%]:?(%d*)$")
    if not host then
        host, port = place:match("^([^:]+):?(%d*)$")
    end
    if not host then
        invalid_url(text)
    end
    if path:sub(1, 1) ~= "/" then
        path = "/" .. path
    end
    auth = auth and auth:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    return { host = host, port = port ~= "" and tonumber(port) or nil, path = path, auth = auth }
end

local BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- For Authorization: Basic.
---@param text string
---@return string
function M.base64(text)
    local out = {}
    for i = 1, #text, 3 do
        local a, b, c = text:byte(i, i + 2)
        local bits = a * 65536 + (b or 0) * 256 + (c or 0)
        for shift = 1, 4 do
            local index = math.floor(bits / 64 ^ (4 - shift)) % 64 + 1
            local missing = (shift == 3 and not b) or (shift == 4 and not c)
            out[#out + 1] = missing and "=" or BASE64:sub(index, index)
        end
    end
    return table.concat(out)
end

local function check_method(method)
    if method == nil then
        return "GET"
    end
    check.string(method, "options.method")
    if not pcall(headers.key, method) then
        error(errors.of("ERR_INVALID_HTTP_TOKEN", "Method", method), 0)
    end
    return method:upper()
end

local function check_path(path)
    path = path == nil and "/" or check.string(path, "options.path")
    if path:find("[%z\1-\32\127]") or path == "" then
        local message = "Request path contains unescaped characters"
        error(errors.new("TypeError", "ERR_UNESCAPED_CHARACTERS", message), 0)
    end
    return path
end

local function check_agent(agent)
    if agent ~= nil and agent ~= false and not (type(agent) == "table" and agent.addRequest) then
        error(errors.arg_type("options.agent", "Agent", agent), 0)
    end
end

local function check_all(options)
    net_options.check(options)
    parsing.check(options)
    local protocol = options.protocol
    if protocol ~= nil and protocol ~= "http:" then
        error(errors.of("ERR_INVALID_PROTOCOL", tostring(protocol)), 0)
    end
    check.opt(check.c_string, options.hostname, "options.hostname")
    check.opt(check.c_string, options.host, "options.host")
    options.host = options.hostname or options.host or "localhost"
    options.hostname = nil
    check.opt(check.port, options.defaultPort, "options.defaultPort")
    check.opt(check.boolean, options.setHost, "options.setHost")
    options.method = check_method(options.method)
    options.path = check_path(options.path)
    options.port = check.port(options.port or options.defaultPort or 80, "options.port")
    check.opt(check.table, options.headers, "options.headers")
    check.opt(check.string, options.auth, "options.auth")
    check.opt(check.c_string, options.socketPath, "options.socketPath")
    check.opt(check.fn, options.createConnection, "options.createConnection")
    check.opt(check.integer, options.maxHeaderSize, "options.maxHeaderSize", 1, 67108864)
    check_agent(options.agent)
    if options.timeout ~= nil then
        check.number(options.timeout, "options.timeout")
        if not (options.timeout >= 0 and options.timeout < math.huge) then
            error(errors.out_of_range("options.timeout", "a non-negative finite number", options.timeout), 0)
        end
    end
    check.opt(abort.check_signal, options.signal, "options.signal")
end

---@param url string|table|nil
---@param options table|function|nil
---@param callback function?
---@return table options a copy
---@return function? callback
function M.read(url, options, callback)
    local result = {}
    if type(url) == "string" then
        result = read_url(url)
    elseif type(url) == "table" then
        if options ~= nil then
            callback = options
        end
        options = url
    else
        error(errors.arg_type("url", { "string", "table" }, url), 0)
    end
    if check.callable(options) then
        options, callback = nil, options
    end
    check.opt(check.table, options, "options")
    for name, value in pairs(options or {}) do
        result[name] = value
    end
    check.opt(check.fn, callback, "callback")
    check_all(result)
    return result, callback
end

return M
