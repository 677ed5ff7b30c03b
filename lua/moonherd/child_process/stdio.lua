--- What a child gets as its descriptors: reads the `stdio` option, then makes what it asks for.
--
--     local elements = stdio.read({ "ignore", "pipe", "inherit", "ipc" })     -- raises for what is wrong
--     local opened, code, errno = stdio.open(elements)
--     opened.fds      -- { [child's number] = our descriptor }, for core.spawn
--     opened.pipes    -- { [child's number] = our end }
--     opened.ipc      -- { index = child's number, fd = our end }, or nil
--     opened:close_theirs()       after the spawn, whatever came of it
--     opened:close_ours()         when nothing became of it

local core = require("moonherd.core")
local errors = require("moonherd.errors")
local handoff = require("moonherd.handoff")
local inspect = require("moonherd.inspect")

local M = {}

local WORDS = { pipe = "pipe", overlapped = "pipe", ignore = "ignore", inherit = "inherit" }
local MAX_FD = 2 ^ 31 - 1
local STANDARD = 3 -- stdin, stdout, stderr
local MAX_ELEMENTS = 65536 -- descriptors of a child

-- Reading -----------------------------------------------------------------------------------------------------

--- Raises unless it is one of the words that may stand for a whole `stdio`.
---@param word string
function M.check_word(word)
    if not WORDS[word] then
        error(errors.arg_value("stdio", word), 0)
    end
end

local function is_fd(value)
    return type(value) == "number" and value == math.floor(value) and value >= 0 and value <= MAX_FD
end

--- One element: { kind =, fd = } for the child's descriptor `n`.
local function read_element(value, n, sync)
    if value == nil then
        return { kind = n < STANDARD and "pipe" or "ignore" }
    elseif value == "ipc" then
        if sync then
            error(errors.of("ERR_IPC_SYNC_FORK"), 0)
        end
        return { kind = "ipc" }
    elseif type(value) == "number" and value < 0 then
        return { kind = "pipe" } -- Node's way to ask for one by number
    elseif is_fd(value) then
        return { kind = "fd", fd = value }
    elseif WORDS[value] then
        return { kind = WORDS[value] }
    elseif type(value) == "string" and not sync then
        local message = "Asynchronous forks do not support Buffer, TypedArray, DataView or string input: "
            .. inspect.value(value)
        error(errors.new("TypeError", "ERR_INVALID_SYNC_FORK_INPUT", message), 0)
    end
    if type(value) == "table" and is_fd(value.fd) then
        return { kind = "fd", fd = value.fd }
    elseif type(value) == "table" and value._share then
        -- What the child reads from is not read here meanwhile.
        return { kind = "handle", handle = value, pause = n == 0 and value.pause ~= nil }
    end
    error(errors.arg_value("stdio", value), 0)
end

--- A list may have holes, but neither names nor places that are none of a descriptor.
local function check_list(wanted)
    for key in pairs(wanted) do
        if type(key) ~= "number" then
            error(errors.arg_value("stdio", wanted), 0)
        elseif key < 1 or key ~= math.floor(key) or key > MAX_ELEMENTS then
            local reason = ("must be a list, the first of whose at most %d elements is for descriptor 0")
                :format(MAX_ELEMENTS)
            error(errors.arg_value("stdio", wanted, reason), 0)
        end
    end
end

---@param wanted any the option's value, not nil
---@param sync boolean? for a call that waits
---@return table[] elements the child's descriptor n at n + 1
function M.read(wanted, sync)
    if type(wanted) == "string" then
        M.check_word(wanted)
        wanted = { wanted, wanted, wanted }
    elseif type(wanted) ~= "table" then
        error(errors.arg_value("stdio", wanted), 0)
    end
    check_list(wanted)
    local elements = {}
    local ipc = 0
    for n = 0, math.max(table.maxn(wanted), STANDARD) - 1 do
        local element = read_element(wanted[n + 1], n, sync)
        elements[n + 1] = element
        ipc = ipc + (element.kind == "ipc" and 1 or 0)
    end
    if ipc > 1 then
        error(errors.of("ERR_IPC_ONE_PIPE"), 0)
    end
    return elements
end

-- Opening -----------------------------------------------------------------------------------------------------

-- Why a handle cannot be given: it is closed, or not open yet.
local NOTHING_BEHIND = "ERR_INVALID_ARG_VALUE"

local Opened = {}
Opened.__index = Opened

--- The child's n is to be fd, which is closed here afterwards.
function Opened:give(n, fd)
    self.fds[n] = fd
    self.theirs[#self.theirs + 1] = fd
    return true
end

--- The child has its own by now, or never will.
function Opened:close_theirs()
    for _, fd in ipairs(self.theirs) do
        core.closeFd(fd)
    end
    self.theirs = {}
end

function Opened:close_ours()
    for n, fd in pairs(self.pipes) do
        core.closeFd(fd)
        self.pipes[n] = nil
    end
    if self.ipc then
        core.closeFd(self.ipc.fd)
        self.ipc = nil
    end
end

-- Each opens one element for the child's descriptor n; nil, code, errno when that cannot be.
local OPEN = {}

function OPEN.pipe(opened, n)
    local ours, theirs, code, errno = core.socketpair()
    if not ours then
        return nil, code, errno
    end
    opened.pipes[n] = ours
    return opened:give(n, theirs)
end

--- Somebody else makes it.
function OPEN.elsewhere()
    return true
end

function OPEN.ipc(opened, n)
    local ours, theirs, code, errno = core.channelPair()
    if not ours then
        return nil, code, errno
    end
    opened.ipc = { index = n, fd = ours }
    return opened:give(n, theirs)
end

function OPEN.inherit(opened, n)
    opened.fds[n] = n
    return true
end

function OPEN.fd(opened, n, element)
    opened.fds[n] = element.fd
    return true
end

function OPEN.handle(opened, n, element)
    local fds, code, errno = handoff.share(element.handle)
    if not fds then
        return nil, code or NOTHING_BEHIND, errno
    elseif element.pause then
        element.handle:pause()
        element.handle._read_elsewhere = true -- also what is left when its own process has ended
    end
    return opened:give(n, fds[1])
end

function OPEN.ignore(opened, n)
    if n >= STANDARD then
        return true -- nothing is open there
    end
    local fd, _, code, errno = core.openNull()
    if not fd then
        return nil, code, errno
    end
    return opened:give(n, fd)
end

--- Makes pipes and channel. On failure nothing stays open. Raises for a handle that has no descriptor (any more).
---@param elements table[]
---@return table? opened
---@return string? code
---@return integer? errno
function M.open(elements)
    local opened = setmetatable({ fds = {}, pipes = {}, theirs = {} }, Opened)
    for i, element in ipairs(elements) do
        local ok, code, errno = OPEN[element.kind](opened, i - 1, element)
        if not ok then
            opened:close_theirs()
            opened:close_ours()
            if code == NOTHING_BEHIND then
                error(errors.arg_value("stdio", element.handle), 0)
            end
            return nil, code, errno
        end
    end
    return opened
end

return M
