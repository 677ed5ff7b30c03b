-- IDs: PR-42 ER-14 ER-21
local t = require("trace")
local pids = { n = 4, nil, nil, "x", {} }
for i = 1, pids.n do t.throws("pid", function() process.kill(pids[i]) end) end
t.throws("name", function() process.kill(process.pid, "SIGNOPE") end)
t.throws("lower case", function() process.kill(process.pid, "sigterm") end)
t.throws("fraction", function() process.kill(process.pid, 1.5) end)
t.throws("number", function() process.kill(process.pid, 1000) end)
t.throws("nobody", function() process.kill(2147483000, 0) end)
