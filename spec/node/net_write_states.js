// IDs: NET-24 NET-25 NET-26
"use strict";
const t = require("./trace");
const net = require("net");
const server = net.createServer((s) => { s.resume(); s.on("error", () => {}); });
server.listen(0, "127.0.0.1", () => {
  const c = net.connect(server.address().port, "127.0.0.1");
  c.on("error", (err) => t("error", err));
  c.on("connect", () => {
    c.end("last", () => t("finished"));
    t("after end", c.write("more", (err) => t("callback", err)));
  });
  c.on("close", (bad) => {
    t("close", bad);
    const d = net.connect(server.address().port, "127.0.0.1", () => {
      d.destroy(new Error("own reason"));
      d.destroy();
      t("destroyed", d.destroyed);
      server.close(() => t("closed"));
    });
    d.on("error", (err) => t("error", err.message));
    d.on("close", (e) => t("close", e));
  });
});
