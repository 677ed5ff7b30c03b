-- IDs: NET-05
local t = require("trace")
local net = require("net")
net.createServer():on("error", function(err) t("error", err) end):listen("/no/such/folder/socket")
