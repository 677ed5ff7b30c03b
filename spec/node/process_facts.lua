-- IDs: PR-66
local t = require("trace")
local function keys(value)
    local list = {}
    for key in pairs(value) do list[#list + 1] = key end
    table.sort(list)
    return list
end
t("platform", process.platform, process.arch)
t("version", process.version:find("^v%d+%.%d+%.%d+$") ~= nil,
    process.version == "v" .. process.versions[process.release.name])
local texts = true
for _, text in pairs(process.versions) do texts = texts and type(text) == "string" and text:find("%d") ~= nil end
t("versions", texts, process.versions.uv:find("^1%.%d+%.%d+$") ~= nil, process.versions.llhttp:find("^%d+%.%d+") ~= nil)
t("release", type(process.release.name))
local booleans = true
for _, value in pairs(process.features) do booleans = booleans and type(value) == "boolean" end
t("features", keys(process.features), booleans, process.features.uv, process.features.ipv6)
t("config", keys(process.config), type(process.config.variables) == "table")
