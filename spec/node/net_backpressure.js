// IDs: NET-22 NET-24 NET-29 NET-33
"use strict";
const t = require("./trace");
const net = require("net");
const server = net.createServer((s) => {
  s.pause();
  t("paused", s.isPaused());
  let total = 0;
  s.on("data", (d) => { total += d.length; });
  s.on("end", () => { t("all", total); server.close(); });
  setTimeout(() => { t("resumes"); s.resume(); }, 100);
});
server.listen(0, "127.0.0.1", () => {
  const c = net.connect(server.address().port, "127.0.0.1");
  t("small", c.write("x"), c.writableLength);
  t("much", c.write("y".repeat(20000000)), c.writableNeedDrain);
  c.on("drain", () => { t("drain", c.writableLength, c.writableNeedDrain); c.end(); });
});
