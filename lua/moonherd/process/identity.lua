--- Users and groups of the process: process.getuid and setuid, the effective ones, and supplementary groups. Adds its
-- part to `process`.
--
--     if process.getuid() == 0 then
--         process.initgroups("www-data", "www-data")
--         process.setgid("www-data")                    -- the group first: without root's rights it cannot be changed
--         process.setuid("www-data")
--     end
--
-- A user or group is given by number or by name. What the system refuses raises EPERM.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")

local M = {}

local MAX_ID = 2 ^ 32 - 1 -- stands for "no id", and is nobody's

--- What a name is looked up with, and what it is called where there is none.
local USER = { find = core.userId, noun = "User" }
local GROUP = { find = core.groupId, noun = "Group" }

local function unknown(kind, id)
    return errors.of("ERR_UNKNOWN_CREDENTIAL", kind.noun, tostring(id))
end

--- Raises unless it is a number or a name.
local function check_id(id, name)
    if type(id) == "number" then
        return check.integer(id, name, 0, MAX_ID)
    elseif type(id) ~= "string" then
        error(errors.arg_type(name, { "number", "string" }, id), 0)
    end
    return check.c_string(id, name)
end

--- The number of a user or group that was checked.
local function number_of(id, kind)
    if type(id) == "string" then
        local number, message, code, errno = kind.find(id)
        if number then
            return number
        elseif code ~= "ENOENT" then
            error(errors.system(code, errno, "look-up", { reason = message }), 0)
        end
    elseif id ~= MAX_ID then
        return id
    end
    error(unknown(kind, id), 0)
end

--- Raises for what the system refused: nil, message, code, errno.
local function demand(syscall, ok, message, code, errno)
    if not ok then
        local fields = { errno = errno, syscall = syscall }
        error(errors.new("Error", code, ("%s, %s"):format(code, message), fields), 0)
    end
    return ok
end

--- setuid and its like.
local function setter(syscall, which, kind)
    return function(_, id)
        demand(syscall, core.setId(which, number_of(check_id(id, "id"), kind)))
    end
end

--- The supplementary groups' numbers, the effective group among them.
---@return integer[]
local function getgroups()
    local groups = demand("getgroups", core.groups())
    local effective = core.id("egid")
    for i = 1, #groups do
        if groups[i] == effective then
            return groups
        end
    end
    groups[#groups + 1] = effective
    return groups
end

--- Sets the supplementary groups.
---@param groups (integer|string)[]
local function setgroups(_, groups)
    check.table(groups, "groups")
    local numbers = {}
    for i = 1, #groups do
        check_id(groups[i], ("groups[%d]"):format(i))
    end
    for i = 1, #groups do
        numbers[i] = number_of(groups[i], GROUP)
    end
    demand("setgroups", core.setGroups(numbers))
end

--- Sets the supplementary groups to those that the system's group list gives a user, and one more.
---@param user integer|string
---@param extra_group integer|string
local function initgroups(_, user, extra_group)
    check_id(user, "user")
    check_id(extra_group, "extraGroup")
    local name = user
    if type(user) == "number" then
        name = core.userName(user)
    elseif not core.userId(user) then
        name = nil
    end
    if not name then
        error(unknown(USER, user), 0)
    end
    demand("initgroups", core.initGroups(name, number_of(extra_group, GROUP)))
end

---@param method fun(name: string, fn: function)
function M.install(method)
    for which, kind in pairs({ uid = USER, euid = USER, gid = GROUP, egid = GROUP }) do
        method("get" .. which, function()
            return core.id(which)
        end)
        method("set" .. which, setter("set" .. which, which, kind))
    end
    method("getgroups", getgroups)
    method("setgroups", setgroups)
    method("initgroups", initgroups)
end

return M
