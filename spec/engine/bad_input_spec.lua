--- Every public function, with everything that it cannot mean: see spec/support/bad_input.lua. What takes longest has
-- a file of its own, bad_input_*_spec.lua.
local bad_input = require("spec.support.bad_input")

local ELSEWHERE = { child_process = true, cluster = true, http = true, net = true }

for _, name in ipairs(bad_input.modules()) do
    if not ELSEWHERE[name] then
        bad_input.describe(name)
    end
end
