--- scripts/check api: what it finds in entries that do not fit the program, and that ours do.
local files = require("spec.support.files")

local function read(name)
    return files.read("lua/moonherd/meta/" .. name .. ".lua")
end

--- What the check says of a folder, and whether it is content.
local function check(folder)
    local command = "LUA_PATH='./lua/?.lua;./lua/?/init.lua;./?.lua' LUA_CPATH='%s/lib/?.so' "
        .. "luajit scripts/api/check.lua %s 2>&1; echo code $?"
    local pipe = io.popen(command:format(os.getenv("MOONHERD_BUILD") or "build/release", folder or ""))
    local said = pipe:read("*a")
    pipe:close()
    return said, said:find("\ncode 0\n$") ~= nil
end

--- All our entries, with one change to those of a module.
local function with_change(name, from, to)
    local text = read(name)
    local first, last = text:find(from, 1, true)
    assert(first, name .. ": no " .. from)
    local pipe = io.popen("ls lua/moonherd/meta/*.lua")
    for path in pipe:lines() do
        local each = path:match("([%w_]+)%.lua$")
        local whole = each == name and text:sub(1, first - 1) .. to .. text:sub(last + 1) or read(each)
        files.write(each .. ".lua", whole)
    end
    pipe:close()
    return check(files.dir())
end

describe("the entries of the API", function()
    after_each(files.cleanup)

    it("fit the program", function()
        local said, content = check()
        assert.is_true(content, said)
    end)

    local CHANGES = {
        ["a function without an entry"] = {
            "function timers.setInterval(callback, delay, ...) end", "",
            "timers.setInterval has no entry: describe it",
        },
        ["a method without an entry"] = { "function Timeout:refresh() end", "", "Timeout:refresh has no entry" },
        ["an entry without a function"] = {
            "function Timeout:refresh() end", "function Timeout:restart() end",
            "there is no moonherd.Timeout:restart in the program",
        },
        ["a parameter too many"] = {
            "---@param timeout moonherd.Timeout|integer|string|nil itself",
            "---@param reason string?\n---@param timeout moonherd.Timeout|integer|string|nil itself",
            "clearTimeout has the parameters %(timeout%), but @param for %(reason, timeout%)",
        },
        ["a parameter of another name"] = {
            "---@param immediate moonherd.Immediate? Coerced: anything else, and what was called already, is ignored\n"
                .. "function timers.clearImmediate(immediate) end",
            "---@param it moonherd.Immediate? Coerced: anything\nfunction timers.clearImmediate(it) end",
            "clearImmediate takes %(immediate%): its parameter 1 is called 'it' in the entry",
        },
        ["a parameter that is left out"] = {
            "---@param delay number|string|nil ms (1..2147483647, default 1). Coerced: as for `setTimeout`\n"
                .. "---@param ... any what the callback gets\n"
                .. "---@return moonherd.Timeout\nfunction timers.setInterval(callback, delay, ...) end",
            "---@return moonherd.Timeout\nfunction timers.setInterval(callback) end",
            "setInterval takes %(callback, delay, ...%): the entry leaves out 'delay'",
        },
        ["a number without a range"] = {
            "---@field id integer A number that `clearTimeout` takes as well (1..).", "---@field id integer A number.",
            "say which numbers 'id' takes",
        },
        ["a function without a source"] = {
            "--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#timeoutref\n", "",
            "moonherd.Timeout:ref: say where it is from",
        },
        ["a page that is not Node's"] = {
            "https://nodejs.org/docs/latest-v20.x/api/timers.html#timeoutref", "https://example.org/#timeoutref",
            "moonherd.Timeout:ref: the page has to begin with",
        },
        ["a class that the program has not"] = {
            "---@class moonherd.Immediate", "---@class moonherd.Later",
            "there is no moonherd.Later:ref in the program",
        },
        ["a type that is none"] = { "---@return boolean\nfunction Timeout", "---@return (boolean\nfunction Timeout",
            "is not closed" },
        ["a tag that is none of ours"] = { "---@return boolean", "---@returns boolean", "@returns is no tag of ours" },
        ["a line that is no entry"] = { "return timers", "print(timers)\nreturn timers", "is none of an entry" },
    }
    for what, change in pairs(CHANGES) do
        it("do not hide " .. what, function()
            local said, content = with_change("timers", change[1], change[2])
            assert.matches("timers.lua:%d+: [^\n]*" .. change[3], said)
            assert.is_false(content)
        end)
    end
end)

describe("the reference made of them", function()
    local pipe = io.popen("LUA_PATH='./?.lua;./lua/?.lua' luajit scripts/api/docs.lua")
    local text = pipe:read("*a")
    pipe:close()

    it("has a heading for every function and class", function()
        for _, heading in ipairs({
            "## timers", "### timers.setTimeout(callback, delay?, ...)", "### Class: Timeout", "#### timeout:ref()",
            "### Table: json.EncodeOptions", '#### Event: "newListener"', "### setTimeout(callback, delay?, ...)",
        }) do
            assert.is_truthy(("\n" .. text):find("\n" .. heading .. "\n", 1, true), heading)
        end
    end)

    it("has no link that leads nowhere", function()
        local anchors, count = {}, 0
        for heading in text:gmatch("\n#+ ([^\n]+)") do
            anchors[heading:lower():gsub("[^%w _-]", ""):gsub(" ", "-")] = true
        end
        for target in text:gmatch("%]%(#([^)]*)%)") do
            count = count + 1
            assert.is_true(anchors[target], "#" .. target)
        end
        assert.is_true(count > 50)
    end)
end)
