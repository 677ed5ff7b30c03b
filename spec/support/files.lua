--- Files for one test, in a folder of their own.
--
--     local files = require "spec.support.files"
--     local path = files.write("app.lua", "print('hello')")
--     after_each(files.cleanup)

local ffi = require("ffi")
local sys = require("spec.support.sys")

local M = {}
local folder
local made = {}

--- The folder of this test, absolute, without a slash at its end.
function M.dir()
    if not folder then
        local pattern = (os.getenv("TMPDIR") or "/tmp") .. "/moonherd-spec-XXXXXX"
        local buffer = ffi.new("char[?]", #pattern + 1, pattern)
        if sys.C.mkdtemp(buffer) == nil then
            error("mkdtemp: " .. sys.reason())
        end
        folder = ffi.string(buffer)
    end
    return folder
end

--- The path that a name has in the folder; cleanup removes what is there.
function M.path(name)
    local path = M.dir() .. "/" .. name
    made[#made + 1] = path
    return path
end

function M.write(name, text)
    local path = M.path(name)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    return path
end

M.read = sys.slurp

function M.cleanup()
    for i = #made, 1, -1 do
        sys.C.unlink(made[i])
        made[i] = nil
    end
    if folder then
        sys.C.rmdir(folder)
        folder = nil
    end
end

return M
