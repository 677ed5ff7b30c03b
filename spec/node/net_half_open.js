// IDs: NET-28 NET-33
"use strict";
const t = require("./trace");
const net = require("net");
const server = net.createServer({ allowHalfOpen: true }, (s) => {
  s.on("data", () => {});
  s.on("end", () => {
    t("end", s.readyState, s.destroyed);
    setTimeout(() => { s.write("still "); s.end("here"); }, 20);
  });
});
server.listen(0, "127.0.0.1", () => {
  const c = net.connect({ port: server.address().port, host: "127.0.0.1", allowHalfOpen: true });
  c.on("connect", () => { c.end("question"); t("client", c.readyState); });
  let got = "";
  c.on("data", (d) => { got += d; });
  c.on("end", () => t("client end", got));
  c.on("close", (bad) => { t("client close", bad); server.close(() => t("closed")); });
});
