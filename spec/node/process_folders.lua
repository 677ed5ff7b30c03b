-- IDs: PR-56 ER-21
local t = require("trace")
local dir = process.env.TRACE_DIR
local execSync = require("child_process").execSync
process.chdir(dir)
execSync("mkdir -p a/b; : > file")
t("up and down", process.chdir("a/b"), process.cwd() == dir .. "/a/b", process.chdir(".."),
    process.cwd() == dir .. "/a")
t("child", execSync("pwd") == dir .. "/a\n")
process.chdir(dir)
for _, bad in ipairs({ "nowhere", "", "file", "a/../nowhere" }) do
    t.throws("bad", function() process.chdir(bad) end)
end
local folders = { 5, nil, true, {} }
for i = 1, 4 do
    local _, err = pcall(process.chdir, folders[i])
    t("type", err.name, err.code)
end
process.chdir("a/b")
os.execute(("rmdir '%s/a/b'"):format(dir))
t.throws("gone", function() process.cwd() end)
t("back", process.chdir(dir), process.cwd() == dir)
