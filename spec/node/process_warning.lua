-- IDs: PR-68
local t = require("trace")
process.on("warning", function(w) t("warning", w.name, w.message, w.code, w.detail) end)
process.emitWarning("plain")
process.emitWarning("typed", "Custom", "C01")
process.emitWarning("with options", { type = "Other", code = "C02", detail = "more" })
for _, bad in ipairs({ {}, { 5 }, { "x", 5 }, { "x", "T", 5 } }) do
    t.throws("bad", function() process.emitWarning(unpack(bad)) end)
end
t("later")
