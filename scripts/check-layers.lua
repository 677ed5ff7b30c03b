-- Reads the includes of engine/ and prints those that break the picture:
--
--   base <- loop <- proc, net, ipc <- cluster, child <- bind <- engine <- main, module
--
--   luajit scripts/check-layers.lua FILE...      exit code 1 if any line was printed
--
-- A file sees its own layer and those to its left. Neighbours (proc, net, ipc; cluster, child; main, module) do
-- not see one another. Lua is seen from bind and module.c only, libuv from loop on, LuaJIT's headers nowhere else.

-- What may be seen against the direction: "layer > layer".
local ALLOWED = {
    ["bind > engine"] = true, -- moonherd.h, the one header of engine: version and what a host gives
}

local RANK = {
    base = 1, loop = 2, proc = 3, net = 3, ipc = 3, cluster = 4, child = 4, bind = 5, engine = 6, main = 7, module = 7,
}
local LUA_HEADERS = { ["lua.h"] = true, ["lauxlib.h"] = true, ["lualib.h"] = true, ["luajit.h"] = true }

-- "engine/ipc/frame.c" is in ipc, "engine/main.c" in main, "engine/include/moonherd.h" in engine; tests in none.
local function layer_of(path)
    local inner = path:gsub("^.*engine/", "")
    local folder = inner:match("^([%w_]+)/")
    if folder == "include" then
        return "engine"
    elseif folder then
        return RANK[folder] and folder
    end
    local name = inner:match("^([%w_]+)%.[ch]$")
    return RANK[name] and name
end

local broken = 0

local function complain(path, line, text, ...)
    broken = broken + 1
    print(("%s:%d: "):format(path, line) .. text:format(...))
end

local function check_own(path, line, layer, header)
    if not header:find("/", 1, true) then
        complain(path, line, '"%s": includes are written from engine/, as in "base/err.h"', header)
        return
    end
    local other = layer_of("engine/" .. header)
    if not other then
        complain(path, line, '"%s" belongs to no layer', header)
    elseif other ~= layer and RANK[other] >= RANK[layer] and not ALLOWED[layer .. " > " .. other] then
        complain(path, line, '%s must not see %s ("%s")', layer, other, header)
    end
end

local function check_foreign(path, line, layer, header)
    if LUA_HEADERS[header] and layer ~= "bind" and layer ~= "module" then
        complain(path, line, "%s must not see Lua (<%s>): that is what bind is for", layer, header)
    elseif layer == "base" and header:find("^uv") then
        complain(path, line, "base is plain C (<%s>)", header)
    end
end

for _, path in ipairs(arg) do
    local layer = layer_of(path)
    local number = 0
    for text in (layer and io.lines(path) or function() end) do
        number = number + 1
        local own = text:match('^%s*#%s*include%s*"([^"]+)"')
        local foreign = text:match("^%s*#%s*include%s*<([^>]+)>")
        if own then
            check_own(path, number, layer, own)
        elseif foreign then
            check_foreign(path, number, layer, foreign)
        end
    end
end
os.exit(broken == 0 and 0 or 1)
