--- Every public function, with everything that it cannot mean: see spec/support/bad_input.lua.
local bad_input = require("spec.support.bad_input")

for _, name in ipairs(bad_input.modules()) do
    bad_input.describe(name)
end
