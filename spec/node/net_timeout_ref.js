// IDs: NET-14 NET-30 NET-31 NET-32
"use strict";
const t = require("./trace");
const net = require("net");
const server = net.createServer((s) => {
  s.setTimeout(50, () => { t("callback", s.destroyed); });
  t("timeout is", s.timeout, s.setNoDelay(true) === s, s.setKeepAlive(true, 1000) === s, s.ref() === s);
  s.on("timeout", () => {
    t("timeout", s.destroyed);
    s.setTimeout(0);
    s.end("bye");
  });
});
server.listen(0, "127.0.0.1", () => {
  const c = net.connect(server.address().port, "127.0.0.1");
  c.on("data", (d) => t("data", d.toString()));
  c.on("close", () => { t("close"); t("unref", server.unref() === server); });
});
process.on("exit", () => t("exit", server.listening));
