--- Scripts about child processes that check themselves: `passes(script)` runs one that has `cp`, `expect`, `refused`.
--
--     local exec = require("spec.support.exec")
--     exec.passes [[ cp.exec("true", function(err) expect(nil, err) print("done") end) ]]
--
-- Each spec cleans up with exec.cleanup in after_each.
local assert = require("luassert")
local files = require("spec.support.files")
local proc = require("spec.support.proc")

local M = {}

local PRELUDE = [[
local cp = require("child_process")
local function expect(wanted, got, what)
    if wanted ~= got then
        error(("%s: wanted %s, got %s"):format(what or "?", tostring(wanted), tostring(got)), 2)
    end
end
--- The error that fn raises, whose code is to be `code`, told at this file.
local function refused(code, fn, ...)
    local ok, err = pcall(fn, ...)
    if ok then
        error("wanted " .. code .. ", but it was accepted", 2)
    end
    expect(code, type(err) == "table" and err.code or err)
    return err
end
]]

--- Runs the script, which has to print "done" where it ends well, unless `output` says what else it prints.
function M.passes(script, output, options)
    options = options or {}
    options[1] = files.write("script.lua", PRELUDE .. script)
    local done = proc.run(options)
    assert.equal(options.errors or "", done.stderr)
    assert.equal(0, done.code)
    assert.equal(output or "done\n", done.stdout)
end

--- Ends what a script has left running, and removes its files.
function M.cleanup()
    proc.cleanup()
    files.cleanup()
end

return M
