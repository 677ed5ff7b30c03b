-- IDs: CP-02 ER-12 M-15
local t = require("trace")
local cp = require("child_process")
local calls = {
    { "exec", function(bad, options) cp.exec(bad or "true", options) end },
    { "execFile", function(bad, options) cp.execFile(bad or "true", {}, options) end },
    { "execFileSync", function(bad, options) cp.execFileSync(bad or "true", {}, options) end },
    { "execSync", function(bad, options) cp.execSync(bad or "true", options) end },
    { "fork", function(bad, options) cp.fork(bad or "x", {}, options) end },
    { "spawn", function(bad, options) cp.spawn(bad or "true", {}, options) end },
    { "spawnSync", function(bad, options) cp.spawnSync(bad or "true", {}, options) end },
}
for _, call in ipairs(calls) do
    local name, run = unpack(call)
    t.throws(name .. " file", function() run("tr\0ue") end)
    t.throws(name .. " env key", function() run(nil, { env = { ["A\0"] = "x" } }) end)
    t.throws(name .. " env value", function() run(nil, { env = { A = "x\0y" } }) end)
    for _, option in ipairs({ { cwd = "/\0" }, { shell = "/bin/\0sh" }, { argv0 = "x\0" }, { execPath = "/\0" },
        { execArgv = { "a\0" } } }) do
        local key = next(option)
        if (key == "shell") ~= (name == "fork") and not (key:find("^exec") and name ~= "fork")
            and not (key == "argv0" and name == "exec") then
            t.throws(name .. " " .. key, function() run(nil, option) end)
        end
    end
end
for _, name in ipairs({ "execFile", "execFileSync", "spawn", "spawnSync" }) do
    t.throws(name .. " arguments", function() cp[name]("true", { "a", "b\0" }) end)
end
-- Node counts what else is on the command line.
local _, err = pcall(cp.fork, "x", { "a", "b\0" })
t("fork arguments", err.name, err.code)
