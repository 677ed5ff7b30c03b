--- Every public function of net and http, with everything that it cannot mean: see spec/support/bad_input.lua.
local bad_input = require("spec.support.bad_input")

bad_input.describe("net")
bad_input.describe("http")
