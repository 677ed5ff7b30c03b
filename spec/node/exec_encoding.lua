-- IDs: CP-31
local t = require("trace")
local cp = require("child_process")
local encodings = { false, "utf8", "UTF-8", "buffer", "latin1", "ascii", "binary", "nonsense", "" }
-- What is no text comes as it was written.
local function bytes()
    local all = "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %o $i)\"; i=$((i + 1)); done"
    cp.exec(all, { encoding = "buffer" }, function(err, out)
        t("bytes", err, { out:byte(1, -1) })
        t("sync", { cp.execSync(all, { encoding = "buffer" }):byte(1, -1) },
            cp.execFileSync("printf", { "x\\000y" }))
        for _, encoding in ipairs({ "nonsense", "utf-9" }) do
            t.throws("sync", function() cp.execSync("echo x", { encoding = encoding }) end)
        end
    end)
end
local function next_one(i)
    if i > #encodings then return bytes() end
    local encoding = encodings[i] or nil
    local options = { encoding = encoding }
    cp.exec("printf text; printf more >&2", options, function(err, out, err_out)
        cp.execFile("printf", { "text" }, options, function(failure, text)
            t("encoding", encoding, err, out, err_out, failure, text)
            next_one(i + 1)
        end)
    end)
end
next_one(1)
