// IDs: NET-29
"use strict";
const t = require("./trace");
const net = require("net");
// The other side ends while a socket that has been reading is paused, and nothing waits to be heard.
const server = net.createServer((s) => {
  s.once("data", () => {
    s.pause();
    s.on("end", () => { t("end", s.isPaused()); server.close(); });
    s.write("paused");
    setTimeout(() => { t("resumes"); s.resume(); }, 300);
  });
});
server.listen(0, "127.0.0.1", () => {
  const c = net.connect(server.address().port, "127.0.0.1");
  c.write("x");
  c.once("data", () => c.end());
});
