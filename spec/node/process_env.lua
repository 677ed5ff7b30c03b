-- IDs: PR-55
local t = require("trace")
local cp = require("child_process")
local env = process.env
local function child(name) return cp.execSync(("printenv %s || echo none"):format(name)) end
t("missing", env.X_NONE, env.X_NONE == nil)
env.X_TEXT = "text"
env.X_NUMBER = 5
env.X_FRACTION = 1.5
env.X_FLAG = false
env.X_EMPTY = ""
env.X_LINES = "a\nb=c"
t("strings", env.X_TEXT, env.X_NUMBER, env.X_FRACTION, env.X_FLAG, env.X_EMPTY, env.X_LINES)
t("children", child("X_TEXT"), child("X_NUMBER"), child("X_EMPTY"), child("X_LINES"))
env.x_text = "small"
t("case counts", env.X_TEXT, env.x_text)
local copy = env()
env.X_TEXT = "changed"
local names = {}
for name in pairs(env()) do
    if name:sub(1, 2) == "X_" then names[#names + 1] = name end
end
table.sort(names)
t("a copy", copy.X_TEXT, names)
env.X_TEXT = nil
env.X_TEXT = nil
t("taken away", env.X_TEXT, child("X_TEXT"), env().X_TEXT ~= nil)
local own = env()
own.X_OWN = "own"
t("given", cp.spawnSync("printenv", { "X_OWN" }, { env = own }).stdout, child("X_OWN"))
process.env = { X_ALL = "all", PATH = env.PATH }
t("replaced", process.env.X_ALL, process.env.X_NUMBER, child("X_ALL"), child("X_NUMBER"))
