// IDs: NET-02 NET-10 NET-20 NET-33 NET-35
"use strict";
const t = require("./trace");
const net = require("net");
process.chdir(process.env.TRACE_DIR);
const server = net.createServer((s) => {
  t.role("server");
  t("connection", s.remoteAddress, s.remotePort);
  t.role("main");
  s.end("over unix");
});
server.listen({ path: "a.sock" }, () => {
  t("address", server.address());
  const c = net.createConnection({ path: "a.sock" }, () => t("connected", c.remoteAddress, c.remoteFamily));
  c.on("data", (d) => t("data", d.toString()));
  c.on("close", () => server.close(() => t("closed")));
});
for (const x of ["127.0.0.1", "::1", "localhost", "", "1.2.3", "fe80::1%eth0"]) t("isIP", x, net.isIP(x), net.isIPv4(x), net.isIPv6(x));
