--- Every public function of child_process and cluster, with everything that it cannot mean: see
--- spec/support/bad_input.lua.
local bad_input = require("spec.support.bad_input")

bad_input.describe("child_process")
bad_input.describe("cluster")
