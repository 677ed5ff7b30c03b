-- luacheck's settings; scripts/check runs it. "moonherd" is the set of globals a script run by the program has:
-- copy it into your own project's .luacheckrc.
stds.moonherd = {
    globals = { "process" },
    read_globals = {
        "setTimeout", "setInterval", "setImmediate",
        "clearTimeout", "clearInterval", "clearImmediate",
        "console", "AbortController", "AbortSignal", "JSON",
    },
}

std = "luajit"
max_line_length = 120
-- A method may leave self unused, and an argument named _ is there for those after it.
ignore = { "212/self", "212/_.*" }
exclude_files = { "build", "lua/moonherd/meta" }

for _, folder in ipairs({ "scripts", "spec/fixtures", "spec/bench" }) do
    files[folder] = { std = "luajit+moonherd" }
end
for _, folder in ipairs({ "spec/lua", "spec/engine", "spec/herd", "spec/fault", "spec/support" }) do
    files[folder] = { std = "luajit+busted" }
end
files["spec/node"] = { std = "luajit+busted+moonherd" }
