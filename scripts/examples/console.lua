-- console.lua - what a program says to people, and what to the one who looks after it.
--
--     scripts/run scripts/examples/console.lua
--     scripts/run scripts/examples/console.lua 2>/dev/null         the results alone
--
-- What to look at: console.log goes to stdout, console.error to stderr, so that a pipe gets the results and a person
-- sees both; tables are shown as they are; one line is one write, so that those of several workers do not mix.

local orders = {
    { id = 17, name = "tea", price = 2.5, tags = { "hot", "green" } },
    { id = 18, name = "cake", price = 3 },
    { id = 19, name = "nothing" },
}

console.time("bill")
local total = 0
for _, order in ipairs(orders) do
    console.count("orders")
    if order.price then
        total = total + order.price
        console.log("%s: %s", order.name, ("%.2f"):format(order.price))
    else
        console.warn("order %d has no price:", order.id, order)
    end
end

console.group("The bill")
console.log("%d orders", #orders)
console.log("total %s", ("%.2f"):format(total))
console.groupEnd()

console.assert(total > 100, "that was a small one: %d", total)
console.error("seen by who looks after it:", orders[1])
console.timeEnd("bill")
