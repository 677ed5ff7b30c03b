// IDs: NET-22 NET-26 NET-27 NET-29
"use strict";
const t = require("./trace");
const net = require("net");
const server = net.createServer((s) => {
  s.write("a");
  s.write("b");
  s.end("c");
});
server.listen(0, "127.0.0.1", () => {
  const c = net.connect(server.address().port, "127.0.0.1");
  c.setEncoding("utf8");
  let got = "";
  c.once("data", (d) => {
    got += d;
    c.pause();
    t("paused", c.isPaused());
    c.on("data", (more) => { got += more; });
    t("resumed", c.resume() === c, c.isPaused());
  });
  c.on("end", () => t("end", got));
  c.on("close", () => {
    const d = net.connect(server.address().port, "127.0.0.1", () => { d.write("last words"); d.destroySoon(); });
    d.on("close", (bad) => { t("close", bad, d.bytesWritten); server.close(() => t("closed")); });
  });
});
