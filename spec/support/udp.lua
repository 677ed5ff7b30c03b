--- What the kernel says of UDP sockets.
--
--     local udp = require "spec.support.udp"
--     assert.equal(0, udp.drops(port))

local sys = require("spec.support.sys")

local M = {}

--- How many datagrams the kernel has dropped for want of room in the socket of this port.
---@param port integer
---@return integer
function M.drops(port)
    for line in sys.slurp("/proc/net/udp"):gmatch("[^\n]+") do
        local local_port, count = line:match("^%s*%d+: %x+:(%x+) .- (%d+)%s*$")
        if local_port and tonumber(local_port, 16) == port then
            return tonumber(count)
        end
    end
    error("no socket is bound to port " .. port)
end

return M
