// IDs: NET-22 NET-23 ER-21
"use strict";
const t = require("./trace");
const net = require("net");
const a = net.createServer().listen(0, "127.0.0.1", () => {
  const port = a.address().port;
  t.mask("PORT", port);
  a.close(() => {
    const c = net.connect(port, "127.0.0.1");
    t.on(c, "tcp", ["connect", "ready", "end", "error"]);
    c.on("close", (bad) => {
      t("tcp close", bad, c.destroyed, c.readyState);
      const u = net.connect("/no/such/socket");
      t.on(u, "unix", ["connect", "error", "close"]);
    });
  });
});
